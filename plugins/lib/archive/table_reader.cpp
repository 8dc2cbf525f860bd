#include "lib/archive/table_reader.hpp"

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <utility>

#include "lib/archive/array_literal.hpp"
#include "lib/archive/cell_decoder.hpp"
#include "lib/archive/json_stream.hpp"
#include "lib/archive/json_text.hpp"
#include "lib/archive/tagged_value.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::archive {

namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);
constexpr std::string_view exactName = "$exact";

/// A key of the records.
struct Field {
    std::string key;
    std::size_t column = none;  ///< its place in the row; none for what is passed over
    CellDecoder decoder;
    DecodedColumn traits;
    std::uint64_t lastRecord = 0;  ///< the last one that had the key, from 1
    std::uint64_t lastExact = 0;   ///< the last one that had it in "$exact"
    std::size_t follower = 0;      ///< the field that came behind this one the last time
};

/// What the parser is in the middle of.
enum class In : std::uint8_t {
    nothing,
    records,
    record,
    list,         ///< elements of an array
    tagged,       ///< {"$real":"2.5"}
    exactAhead,   ///< behind the key "$exact"
    exact,        ///< in its object
    exactTagged,  ///< {"$text":{"$blob":"..."}} in there
    passed,       ///< a list or an object that is passed over
};

}  // namespace

class TableReader::Impl {
public:
    Impl(const Table& table, std::string_view dialect, std::string member, TableReaderOptions options);

    void feed(std::span<const char> piece);
    void finish();
    [[nodiscard]] BatchPtr takeBatch();
    [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }

    // What JsonStream calls.
    void beginArray();
    void endArray();
    void beginObject();
    void endObject();
    void key(std::string_view text);
    void string(std::string_view text);
    void number(std::string_view text);
    void boolean(bool value);
    void null();
    [[nodiscard]] std::string place() const;

private:
    Field& addField(std::string key, std::size_t column);
    void beginRecord();
    void endRecord();
    void recordKey(std::string_view text);
    void exactKey(std::string_view text);
    [[nodiscard]] std::size_t find(std::string_view text) const;
    void pass();
    [[noreturn]] void refuse(const std::string& found) const;
    template <class Call>
    void guarded(Call call);

    std::string member_;
    TableId table_;
    std::size_t columns_;
    bool missingIsNull_;
    std::vector<Field> fields_;
    std::unordered_map<std::string_view, std::size_t> byKey_;
    std::size_t needed_ = 0;  ///< fields that are columns

    In in_ = In::nothing;
    std::uint64_t record_ = 0;  ///< the one that is being read, from 1
    std::uint64_t rows_ = 0;    ///< those that were read
    std::size_t first_ = 0;     ///< the field that the last record began with
    std::size_t expected_ = 0;  ///< the field that usually comes next
    std::size_t field_ = none;  ///< the one that the next value is for
    std::size_t seen_ = 0;      ///< columns of this record so far
    bool exactCame_ = false;    ///< this record has "$exact"
    Cell* cell_ = nullptr;      ///< where the next value goes; null to pass it over
    std::size_t passedDepth_ = 0;

    TaggedValue tagged_;
    LiteralWriter literal_;
    Cell replaced_;  ///< takes what "$exact" has already given
    std::span<Cell> row_;
    std::shared_ptr<Batch> batch_;
    std::deque<BatchPtr> ready_;
    JsonStream<Impl> stream_;
};

TableReader::Impl::Impl(const Table& table, std::string_view dialect, std::string member,
                        TableReaderOptions options)
    : member_(std::move(member)),
      table_(table.id),
      columns_(table.columns.size()),
      missingIsNull_(options.missingIsNull),
      batch_(std::make_shared<Batch>(table_, columns_)),
      stream_(*this, {options.maxDepth, options.maxValueBytes}) {
    for (std::size_t i = 0; i < columns_; ++i) {
        const Column& column = table.columns[i];
        if (column.generated) continue;
        Field& field = addField(fieldKey(column.name), i);
        field.decoder = decoderFor(column, dialect);
        field.traits.withZone = column.type.withZone;
        field.traits.spelling = column.spelling;
        field.traits.utcIsOffset = options.utcIsOffset;
        field.traits.zeroTimeIsNull = std::ranges::count(options.zeroTimeIsNull, column.name) != 0;
    }
    needed_ = fields_.size();
    for (std::string& ignored : options.ignoredKeys) addField(std::move(ignored), none);
    for (std::size_t i = 0; i < fields_.size(); ++i)
        if (!byKey_.emplace(fields_[i].key, i).second)
            throw Error(place() + ": two fields are called " + shownValue(fields_[i].key));
}

Field& TableReader::Impl::addField(std::string key, std::size_t column) {
    Field field;
    field.key = std::move(key);
    field.column = column;
    field.follower = fields_.size() + 1;
    return fields_.emplace_back(std::move(field));
}

// Failures.

std::string TableReader::Impl::place() const {
    std::string place = "'" + storage::shownName(member_) + "'";
    if (record_ == 0 || in_ == In::nothing) return place;
    place += (in_ == In::records ? ", behind record " : ", record ") + std::to_string(record_);
    if (in_ != In::records && field_ != none)
        place += ", field '" + storage::shownName(fields_[field_].key) + "'";
    return place;
}

void TableReader::Impl::refuse(const std::string& found) const {
    std::string expected;
    switch (in_) {
        case In::nothing:
            expected = "a list of records";
            break;
        case In::records:
            expected = "a record";
            break;
        case In::tagged:
        case In::exactTagged:
            expected = "text in an object that tells a kind";
            break;
        case In::exactAhead:
            expected = "an object behind '$exact'";
            break;
        case In::exact:
            expected = "text in '$exact'";
            break;
        default:
            expected = fields_[field_].decoder.expected;
    }
    throw Mismatch{"expected " + expected + ", found " + found};
}

template <class Call>
void TableReader::Impl::guarded(Call call) {
    try {
        call();
    } catch (const Mismatch& mismatch) {
        throw Error(place() + ": " + mismatch.what);
    }
}

// Brackets.

void TableReader::Impl::pass() {
    in_ = In::passed;
    passedDepth_ = 1;
}

void TableReader::Impl::beginArray() {
    switch (in_) {
        case In::nothing:
            in_ = In::records;
            return;
        case In::record:
            if (cell_ == nullptr) return pass();
            if (!fields_[field_].decoder.lists) refuse("a list");
            in_ = In::list;
            return literal_.open();
        case In::list:
            return literal_.open();
        case In::passed:
            ++passedDepth_;
            return;
        default:
            refuse("a list");
    }
}

void TableReader::Impl::endArray() {
    switch (in_) {
        case In::records:
            in_ = In::nothing;
            return;
        case In::list:
            if (!literal_.close()) return;
            *cell_ = Cell::view(CellKind::text, batch_->store(literal_.text()));
            literal_.clear();
            break;
        default:
            if (--passedDepth_ != 0) return;
    }
    in_ = In::record;
}

void TableReader::Impl::beginObject() {
    switch (in_) {
        case In::records:
            return beginRecord();
        case In::record:
            if (cell_ == nullptr) return pass();
            in_ = In::tagged;
            return tagged_.begin(fields_[field_].decoder, fields_[field_].traits, false);
        case In::exactAhead:
            in_ = In::exact;
            return;
        case In::exact:
            in_ = In::exactTagged;
            return tagged_.begin(fields_[field_].decoder, fields_[field_].traits, true);
        case In::tagged:
        case In::exactTagged:
            return tagged_.beginObject();
        case In::passed:
            ++passedDepth_;
            return;
        default:
            refuse("an object");
    }
}

void TableReader::Impl::endObject() {
    switch (in_) {
        case In::record:
            return endRecord();
        case In::tagged:
            if (tagged_.endObject()) in_ = In::record;
            return;
        case In::exactTagged:
            if (tagged_.endObject()) in_ = In::exact;
            return;
        case In::exact:
            field_ = none;
            in_ = In::record;
            return;
        default:
            if (--passedDepth_ == 0) in_ = In::record;
    }
}

// Records and their keys.

void TableReader::Impl::beginRecord() {
    in_ = In::record;
    ++record_;
    row_ = batch_->addRow();
    expected_ = first_;
    field_ = none;
    seen_ = 0;
    exactCame_ = false;
}

void TableReader::Impl::endRecord() {
    field_ = none;
    if (seen_ != needed_ && !missingIsNull_) {
        const auto missing =
            std::ranges::find_if(fields_, [this](const Field& field) { return field.lastRecord != record_; });
        throw Mismatch{"the field " + shownValue(missing->key) + " is missing"};
    }
    in_ = In::records;
    ++rows_;
    if (!batch_->full()) return;
    ready_.push_back(std::move(batch_));
    batch_ = std::make_shared<Batch>(table_, columns_);
}

std::size_t TableReader::Impl::find(std::string_view text) const {
    const auto found = byKey_.find(text);
    return found == byKey_.end() ? none : found->second;
}

void TableReader::Impl::key(std::string_view text) {
    switch (in_) {
        case In::record:
            return recordKey(text);
        case In::exact:
            return exactKey(text);
        case In::tagged:
        case In::exactTagged:
            return tagged_.key(text);
        default:
            return;
    }
}

void TableReader::Impl::recordKey(std::string_view text) {
    if (expected_ >= fields_.size() || fields_[expected_].key != text) {
        const std::size_t found = find(text);
        if (found == none && text == exactName && !exactCame_) {
            field_ = none;
            exactCame_ = true;
            in_ = In::exactAhead;
            return;
        }
        if (found == none && text == exactName) throw Mismatch{"'$exact' is there twice"};
        if (found == none) {
            field_ = none;
            throw Mismatch{"the table has no field " + shownValue(text)};
        }
        // Records have their keys in one order, which need not be that of the columns: it is learned.
        (field_ == none ? first_ : fields_[field_].follower) = found;
        expected_ = found;
    }
    field_ = expected_;
    Field& field = fields_[field_];
    if (field.lastRecord == record_) throw Mismatch{"the field is there twice"};
    field.lastRecord = record_;
    expected_ = field.follower;
    if (field.column == none) {
        cell_ = nullptr;
        return;
    }
    ++seen_;
    // A program that sorts keys puts "$exact" in front.
    cell_ = field.lastExact == record_ ? &replaced_ : &row_[field.column];
}

void TableReader::Impl::exactKey(std::string_view text) {
    field_ = find(text);
    if (field_ == none || fields_[field_].column == none) {
        field_ = none;
        throw Mismatch{"'$exact' names " + shownValue(text) + ", which is no field of the table"};
    }
    Field& field = fields_[field_];
    if (field.lastExact == record_) throw Mismatch{"the field is in '$exact' twice"};
    field.lastExact = record_;
    cell_ = &row_[field.column];
}

// Values.

void TableReader::Impl::string(std::string_view text) {
    switch (in_) {
        case In::record: {
            if (cell_ == nullptr) return;
            const Field& field = fields_[field_];
            if (field.decoder.string == nullptr) refuse("the text " + shownValue(text));
            if (!field.decoder.string(field.traits, text, *batch_, *cell_)) refuse(shownValue(text));
            return;
        }
        case In::list:
            return literal_.element(text);
        case In::tagged:
        case In::exactTagged:
            return tagged_.string(text, *batch_, *cell_);
        case In::exact:
            *cell_ = Cell::view(CellKind::text, batch_->store(text));
            return;
        case In::passed:
            return;
        default:
            refuse("text");
    }
}

void TableReader::Impl::number(std::string_view text) {
    switch (in_) {
        case In::record: {
            if (cell_ == nullptr) return;
            const Field& field = fields_[field_];
            if (field.decoder.number == nullptr || !field.decoder.number(field.traits, text, *batch_, *cell_))
                refuse("the number " + shownValue(text));
            return;
        }
        case In::list:
            return literal_.bare(text);
        case In::passed:
            return;
        default:
            refuse("a number");
    }
}

void TableReader::Impl::boolean(bool value) {
    switch (in_) {
        case In::record:
            if (cell_ == nullptr) return;
            *cell_ =
                fields_[field_].decoder.integerBooleans ? Cell::integer(value ? 1 : 0) : Cell::boolean(value);
            return;
        case In::list:
            return literal_.bare(value ? "t" : "f");
        case In::passed:
            return;
        default:
            refuse(value ? "true" : "false");
    }
}

void TableReader::Impl::null() {
    switch (in_) {
        case In::nothing:  // an empty table of Aviary's
        case In::record:   // rows are born null
        case In::passed:
            return;
        case In::list:
            return literal_.bare("NULL");
        default:
            refuse("null");
    }
}

// The ends.

void TableReader::Impl::feed(std::span<const char> piece) {
    guarded([this, piece] { stream_.feed(piece); });
}

void TableReader::Impl::finish() {
    guarded([this] { stream_.finish(); });
    if (!batch_->empty()) ready_.push_back(std::move(batch_));
    batch_.reset();
}

BatchPtr TableReader::Impl::takeBatch() {
    if (ready_.empty()) return nullptr;
    BatchPtr batch = std::move(ready_.front());
    ready_.pop_front();
    return batch;
}

TableReader::TableReader(const Table& table, std::string_view dialect, std::string member,
                         TableReaderOptions options)
    : impl_(std::make_unique<Impl>(table, dialect, std::move(member), std::move(options))) {}
TableReader::~TableReader() = default;
void TableReader::feed(std::span<const char> piece) { impl_->feed(piece); }
void TableReader::finish() { impl_->finish(); }
BatchPtr TableReader::takeBatch() { return impl_->takeBatch(); }
std::uint64_t TableReader::rows() const noexcept { return impl_->rows(); }

}  // namespace roost::archive
