#include "bench/postgres_output.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "bench/aviary_schema.hpp"

namespace roost::bench {

namespace {

constexpr std::size_t blockSize = std::size_t{1} << 20U;

/// COPY's text form (PostgreSQL's documentation of COPY, "Text Format").
void appendEscaped(std::string& text, std::string_view value) {
    for (const char c : value) {
        if (c == '\\')
            text += "\\\\";
        else if (c == '\n')
            text += "\\n";
        else if (c == '\r')
            text += "\\r";
        else if (c == '\t')
            text += "\\t";
        else
            text += c;
    }
}

}  // namespace

PostgresOutput::PostgresOutput(std::FILE* file) : file_(file) {
    text_ = "SET client_min_messages = warning;\nBEGIN;\n";
    text_ += postgresSchema().tables;
}

void PostgresOutput::begin(std::string_view table, std::size_t) {
    text_ += "COPY \"" + std::string(table) + "\" FROM stdin;\n";
}

void PostgresOutput::add(const Value& value) {
    if (std::holds_alternative<Null>(value))
        text_ += "\\N";
    else if (const auto* flag = std::get_if<bool>(&value))
        text_ += *flag ? 't' : 'f';
    else if (const auto* number = std::get_if<std::int64_t>(&value))
        text_ += std::to_string(*number);
    else if (const auto* real = std::get_if<double>(&value))
        text_ += fmt::format("{}", *real);
    else if (const auto* text = std::get_if<std::string_view>(&value))
        appendEscaped(text_, *text);
    else {
        appendMoment(text_, std::get<Moment>(value), 6);
        if (std::get<Moment>(value).byDatabase) text_ += "+00";
    }
}

void PostgresOutput::row(std::span<const Value> values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i > 0) text_ += '\t';
        add(values[i]);
    }
    text_ += '\n';
    if (text_.size() >= blockSize) flush();
}

void PostgresOutput::end() { text_ += "\\.\n"; }

void PostgresOutput::finish() {
    text_ += postgresSchema().indexes;
    text_ += "COMMIT;\n";
    flush();
    if (std::fflush(file_) != 0) throw std::runtime_error("cannot write the script for PostgreSQL");
}

void PostgresOutput::flush() {
    if (std::fwrite(text_.data(), 1, text_.size(), file_) != text_.size())
        throw std::runtime_error("cannot write the script for PostgreSQL");
    text_.clear();
}

}  // namespace roost::bench
