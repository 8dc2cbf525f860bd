#include "lib/sql/postgresql/digest_fields.hpp"

#include <algorithm>
#include <cstdint>

#include "lib/sql/postgresql/network_order.hpp"

namespace roost::sql::postgresql {

namespace {

bool isRespelled(const TargetColumn& column) noexcept {
    return column.form == TargetForm::jsonb || column.form == TargetForm::other;
}

/// numeric_send's form (src/backend/utils/adt/numeric.c): the number of digits of base 10,000, the weight of
/// the first, sign, digits behind the point, the digits. Zeros at both ends are left out; where the column
/// sets the digits behind the point they say nothing.
std::string_view canonicalNumeric(const TargetColumn& column, std::string_view field, std::string& scratch) {
    constexpr std::size_t header = 8;
    if (field.size() < header) throw malformedRows();
    std::size_t first = 0;
    std::size_t last = (field.size() - header) / 2;
    const auto digit = [&](std::size_t place) { return int16At(field.data() + header + place * 2); };
    while (first < last && digit(first) == 0) ++first;
    while (last > first && digit(last - 1) == 0) --last;
    const auto weight = static_cast<std::int16_t>(int16At(field.data() + 2) - static_cast<int>(first));
    const std::string_view sign = field.substr(4, 2);
    const bool finite = sign[0] == '\x40' || sign[0] == '\0';
    scratch.clear();
    if (first == last && finite) {
        scratch.append("0");
    } else {
        scratch.append(sign).append(std::to_string(finite ? weight : 0)).push_back('e');
        scratch.append(field.substr(header + first * 2, (last - first) * 2));
    }
    if (column.precision == 0 && finite) scratch.append(field.substr(6, 2));
    return scratch;
}

}  // namespace

DigestFields::DigestFields(std::vector<TargetColumn> columns, const std::vector<std::size_t>& key)
    : columns_(std::move(columns)), scratch_(columns_.size()) {
    for (std::size_t i = 0; i < columns_.size(); ++i)
        (isRespelled(columns_[i]) ? respelled_ : layout_.whole).push_back(i);
    layout_.fields = columns_.size() + respelled_.size();
    for (std::size_t i = columns_.size(); i < layout_.fields; ++i) layout_.whole.push_back(i);
    if (std::ranges::none_of(key, [&](std::size_t place) { return isRespelled(columns_[place]); }))
        layout_.key = key;
}

std::string_view DigestFields::canonical(std::size_t column, std::string_view field) {
    switch (columns_[column].form) {
        case TargetForm::numeric:
            return canonicalNumeric(columns_[column], field, scratch_[column]);
        case TargetForm::paddedText:
            return field.substr(0, field.find_last_not_of(' ') + 1);
        default:
            return field;
    }
}

std::span<const TableDigest::Field> DigestFields::of(const BinaryFields& fields) {
    if (fields.size() != columns_.size()) throw malformedRows();
    fields_.clear();
    for (std::size_t i = 0; i < fields.size(); ++i)
        fields_.push_back(fields[i] ? TableDigest::Field(canonical(i, *fields[i])) : std::nullopt);
    for (const std::size_t place : respelled_)
        fields_.push_back(fields[place] ? TableDigest::Field("") : std::nullopt);
    return fields_;
}

std::vector<std::string> DigestFields::differences(const TableDigest& sent, const TableDigest& found,
                                                   std::vector<std::string>& spelledAnew) const {
    std::vector<std::string> names;
    for (const std::size_t place : sent.differences(found)) {
        if (place == layout_.fields)
            names.emplace_back();
        else if (place >= columns_.size())
            names.push_back(columns_[respelled_[place - columns_.size()]].name);
        else if (isRespelled(columns_[place]))
            spelledAnew.push_back(columns_[place].name);
        else
            names.push_back(columns_[place].name);
    }
    return names;
}

}  // namespace roost::sql::postgresql
