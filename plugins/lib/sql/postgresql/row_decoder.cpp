#include "lib/sql/postgresql/row_decoder.hpp"

#include <bit>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "lib/sql/postgresql/binary_rows.hpp"
#include "lib/sql/postgresql/network_order.hpp"
#include "lib/sql/postgresql/numeric_text.hpp"
#include "roost/cell.hpp"
#include "roost/error.hpp"

namespace roost::sql::postgresql {

namespace {

std::string_view view(std::span<const char> data) { return {data.data(), data.size()}; }

void requireSize(std::span<const char> data, std::size_t size) {
    if (data.size() != size) throw malformedRows();
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
    if (data.empty() || data.front() != knownVersion) throw malformedRows();
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
    throw malformedRows();
}

}  // namespace

void RowDecoder::decode(std::span<const char> message, Batch& batch) {
    if (!begun_) message = withoutCopyHeader(message);
    begun_ = true;
    while (!message.empty()) {
        const std::int16_t count = int16At(takeBytes(message, 2).data());
        if (count == -1 && message.empty() && !complete_) {
            complete_ = true;
            return;
        }
        if (complete_ || count < 0 || static_cast<std::size_t>(count) != fields_.size())
            throw malformedRows();
        const std::span<Cell> cells = batch.addRow();
        for (const Field& field : fields_) {
            const std::int32_t size = int32At(takeBytes(message, 4).data());
            if (size == -1) continue;  // null
            if (size < 0) throw malformedRows();
            cells[field.column] =
                decodeField(field.form, takeBytes(message, static_cast<std::size_t>(size)), batch);
        }
    }
}

}  // namespace roost::sql::postgresql
