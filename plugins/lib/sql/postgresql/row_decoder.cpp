#include "lib/sql/postgresql/row_decoder.hpp"

#include <bit>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "lib/sql/postgresql/network_order.hpp"
#include "lib/sql/postgresql/numeric_text.hpp"
#include "roost/cell.hpp"
#include "roost/error.hpp"

namespace roost::sql::postgresql {

namespace {

/// PostgreSQL's documentation of COPY, "Binary Format": signature, flags, length of an extension.
constexpr std::string_view signature("PGCOPY\n\377\r\n\0", 11);
constexpr std::size_t headerBytes = 19;

Error malformed() {
    return Error("the server sent rows in a form that roost does not know",
                 "if something stands between roost and the server, such as a proxy, connect directly");
}

std::string_view view(std::span<const char> data) { return {data.data(), data.size()}; }

void requireSize(std::span<const char> data, std::size_t size) {
    if (data.size() != size) throw malformed();
}

Cell decodeDate(std::span<const char> data) {
    requireSize(data, 4);
    const std::int32_t days = int32At(data.data());
    if (days == std::numeric_limits<std::int32_t>::max()) return Cell::date(positiveInfinity);
    if (days == std::numeric_limits<std::int32_t>::min()) return Cell::date(negativeInfinity);
    return Cell::date(days);
}

Cell decodeInterval(std::span<const char> data, Batch& batch) {
    requireSize(data, 16);
    const Interval value{int32At(data.data() + 12), int32At(data.data() + 8), int64At(data.data())};
    const std::span<char> memory = batch.allocate(sizeof value);
    std::memcpy(memory.data(), &value, sizeof value);
    return Cell::view(CellKind::interval, view(memory));
}

Cell decodePaddedText(std::span<const char> data, Batch& batch) {
    std::string_view text = view(data);
    text = text.substr(0, text.find_last_not_of(' ') + 1);
    return Cell::view(CellKind::text, batch.store(text));
}

Cell decodeJsonb(std::span<const char> data, Batch& batch) {
    constexpr char knownVersion = 1;
    if (data.empty() || data.front() != knownVersion) throw malformed();
    return Cell::view(CellKind::text, batch.store(view(data.subspan(1))));
}

Cell decodeField(FieldForm form, std::span<const char> data, Batch& batch) {
    switch (form) {
        case FieldForm::boolean:
            requireSize(data, 1);
            return Cell::boolean(data.front() != 0);
        case FieldForm::int16:
            requireSize(data, 2);
            return Cell::integer(int16At(data.data()));
        case FieldForm::int32:
            requireSize(data, 4);
            return Cell::integer(int32At(data.data()));
        case FieldForm::int64:
            requireSize(data, 8);
            return Cell::integer(int64At(data.data()));
        case FieldForm::float32:
            requireSize(data, 4);
            return Cell::real(
                static_cast<double>(std::bit_cast<float>(fromNetwork<std::uint32_t>(data.data()))));
        case FieldForm::float64:
            requireSize(data, 8);
            return Cell::real(std::bit_cast<double>(fromNetwork<std::uint64_t>(data.data())));
        case FieldForm::numeric:
            return Cell::view(CellKind::decimal, numericText(data, batch));
        case FieldForm::text:
            return Cell::view(CellKind::text, batch.store(view(data)));
        case FieldForm::paddedText:
            return decodePaddedText(data, batch);
        case FieldForm::bytes:
            return Cell::view(CellKind::bytes, batch.store(view(data)));
        case FieldForm::uuid:
            requireSize(data, 16);
            return Cell::view(CellKind::uuid, batch.store(view(data)));
        case FieldForm::date:
            return decodeDate(data);
        case FieldForm::time:
            requireSize(data, 8);
            return Cell::time(int64At(data.data()));
        case FieldForm::timestamp:
            requireSize(data, 8);  // infinities are the ends of int64 on both sides
            return Cell::timestamp(int64At(data.data()));
        case FieldForm::interval:
            return decodeInterval(data, batch);
        case FieldForm::jsonb:
            return decodeJsonb(data, batch);
    }
    throw malformed();
}

/// Cuts `size` bytes off the front of `rest`.
std::span<const char> take(std::span<const char>& rest, std::size_t size) {
    if (rest.size() < size) throw malformed();
    const std::span<const char> front = rest.first(size);
    rest = rest.subspan(size);
    return front;
}

}  // namespace

std::span<const char> RowDecoder::withoutHeader(std::span<const char> message) {
    begun_ = true;
    const std::span<const char> header = take(message, headerBytes);
    if (!view(header).starts_with(signature)) throw malformed();
    const std::uint32_t flags = fromNetwork<std::uint32_t>(header.data() + signature.size());
    const std::uint32_t extension = fromNetwork<std::uint32_t>(header.data() + signature.size() + 4);
    constexpr std::uint32_t criticalFlags = 0xFFFF0000;
    if ((flags & criticalFlags) != 0) throw malformed();
    take(message, extension);
    return message;
}

void RowDecoder::decode(std::span<const char> message, Batch& batch) {
    if (!begun_) message = withoutHeader(message);
    while (!message.empty()) {
        const std::int16_t count = int16At(take(message, 2).data());
        if (count == -1 && message.empty() && !complete_) {
            complete_ = true;
            return;
        }
        if (complete_ || count < 0 || static_cast<std::size_t>(count) != fields_.size()) throw malformed();
        const std::span<Cell> cells = batch.addRow();
        for (const Field& field : fields_) {
            const std::int32_t size = int32At(take(message, 4).data());
            if (size == -1) continue;  // null
            if (size < 0) throw malformed();
            cells[field.column] =
                decodeField(field.form, take(message, static_cast<std::size_t>(size)), batch);
        }
    }
}

}  // namespace roost::sql::postgresql
