#include "lib/sql/postgresql/binary_rows.hpp"

#include <cstdint>

#include "lib/sql/postgresql/network_order.hpp"

namespace roost::sql::postgresql {

namespace {

/// PostgreSQL's documentation of COPY, "Binary Format": signature, flags, length of an extension.
constexpr std::string_view signature("PGCOPY\n\377\r\n\0", 11);
constexpr std::size_t headerBytes = 19;

std::string_view view(std::span<const char> data) { return {data.data(), data.size()}; }

}  // namespace

Error malformedRows() {
    return Error("the server sent rows in a form that roost does not know",
                 "if something stands between roost and the server, such as a proxy, connect directly");
}

std::span<const char> withoutCopyHeader(std::span<const char> message) {
    const std::span<const char> header = takeBytes(message, headerBytes);
    if (!view(header).starts_with(signature)) throw malformedRows();
    const auto flags = fromNetwork<std::uint32_t>(header.data() + signature.size());
    const auto extension = fromNetwork<std::uint32_t>(header.data() + signature.size() + 4);
    constexpr std::uint32_t criticalFlags = 0xFFFF0000;
    if ((flags & criticalFlags) != 0) throw malformedRows();
    static_cast<void>(takeBytes(message, extension));
    return message;
}

bool splitRow(std::span<const char> row, BinaryFields& fields) {
    const std::int16_t count = int16At(takeBytes(row, 2).data());
    if (count == -1 && row.empty()) return false;
    if (count < 0) throw malformedRows();
    fields.resize(static_cast<std::size_t>(count));
    for (auto& field : fields) {
        const std::int32_t size = int32At(takeBytes(row, 4).data());
        if (size < -1) throw malformedRows();
        if (size == -1)
            field.reset();
        else
            field = view(takeBytes(row, static_cast<std::size_t>(size)));
    }
    if (!row.empty()) throw malformedRows();
    return true;
}

}  // namespace roost::sql::postgresql
