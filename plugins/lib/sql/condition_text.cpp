#include "lib/sql/condition_text.hpp"

#include <cstddef>
#include <string_view>

#include "lib/sql/quoting.hpp"

namespace roost::sql {

namespace {

using Kind = RowCondition::Kind;

class Writing {
public:
    explicit Writing(const ConditionWriter& writer) : writer_(writer) {}

    [[nodiscard]] std::string text(const RowCondition& rows) const {
        switch (rows.kind) {
            case Kind::everything:
                return "1 = 1";
            case Kind::nothing:
                return "1 = 0";
            case Kind::all:
                return joined(rows.parts, " AND ");
            case Kind::any:
                return joined(rows.parts, " OR ");
            case Kind::none:
                return "NOT (" + text(rows.parts.front()) + ")";
            case Kind::missing:
                return eachColumn(rows.columns, " IS NULL", " OR ");
            case Kind::among:
                return among(rows);
            case Kind::matching:
                return matching(rows);
        }
        return "1 = 0";
    }

private:
    [[nodiscard]] std::string joined(const std::vector<RowCondition>& parts, std::string_view word) const {
        std::string all;
        for (const RowCondition& part : parts) {
            if (!all.empty()) all += word;
            all += "(" + text(part) + ")";
        }
        return all;
    }

    [[nodiscard]] static std::string eachColumn(const std::vector<std::string>& columns,
                                                std::string_view test, std::string_view word) {
        std::string all;
        for (const std::string& column : columns) {
            if (!all.empty()) all += word;
            all += quoteIdentifier(column);
            all += test;
        }
        return all;
    }

    [[nodiscard]] std::string operand(const RowCondition& rows, const std::string& column) const {
        std::string name = quoteIdentifier(column);
        if (rows.asText) name = "CAST(" + name + " AS text)";
        if (writer_.namesCollations && !rows.collation.empty())
            name += " COLLATE " + quoteIdentifier(rows.collation);
        return name;
    }

    /// "a", or "(a, b)".
    [[nodiscard]] std::string tuple(const RowCondition& rows, const std::vector<std::string>& columns) const {
        std::string list;
        for (const std::string& column : columns) list += (list.empty() ? "" : ", ") + operand(rows, column);
        return columns.size() == 1 ? list : "(" + list + ")";
    }

    /// Not true of a null, but never unknown either.
    [[nodiscard]] static std::string guarded(const std::vector<std::string>& columns,
                                             const std::string& test) {
        return eachColumn(columns, " IS NOT NULL", " AND ") + " AND " + test;
    }

    [[nodiscard]] std::string among(const RowCondition& rows) const {
        if (rows.columns.size() == 1) {
            std::string list;
            for (const auto& value : rows.values)
                list += (list.empty() ? "" : ", ") + writer_.literal(value.front());
            return guarded(rows.columns, tuple(rows, rows.columns) + " IN (" + list + ")");
        }
        std::string all;
        for (const auto& values : rows.values) {
            std::string each;
            for (std::size_t i = 0; i < rows.columns.size(); ++i)
                each += (each.empty() ? "" : " AND ") + operand(rows, rows.columns[i]) + " = " +
                        writer_.literal(values[i]);
            all += (all.empty() ? "" : " OR ") + ("(" + each + ")");
        }
        return guarded(rows.columns, "(" + all + ")");
    }

    [[nodiscard]] std::string matching(const RowCondition& rows) const {
        std::string select = "SELECT ";
        for (std::size_t i = 0; i < rows.targetColumns.size(); ++i) {
            std::string name = quoteIdentifier(rows.targetColumns[i]);
            if (rows.asText) name = "CAST(" + name + " AS text)";
            select += (i == 0 ? "" : ", ") + name;
        }
        select += " FROM " + writer_.from(rows.table) + " WHERE " +
                  eachColumn(rows.targetColumns, " IS NOT NULL", " AND ");
        if (!rows.parts.front().isEverything()) select += " AND (" + text(rows.parts.front()) + ")";
        return guarded(rows.columns, tuple(rows, rows.columns) + " IN (" + select + ")");
    }

    const ConditionWriter& writer_;
};

}  // namespace

std::string conditionText(const RowCondition& rows, const ConditionWriter& writer) {
    return Writing(writer).text(rows);
}

std::string hexDigits(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char c : bytes) {
        text += digits[static_cast<unsigned char>(c) >> 4U];
        text += digits[static_cast<unsigned char>(c) & 15U];
    }
    return text;
}

}  // namespace roost::sql
