#include "roost/row_condition.hpp"

#include <utility>

namespace roost {

namespace {

using Kind = RowCondition::Kind;

/// `parts` joined: one that is `absorbing` decides, those that are `neutral` say nothing.
RowCondition joined(std::vector<RowCondition> parts, Kind kind, Kind absorbing, Kind neutral) {
    RowCondition whole;
    whole.kind = kind;
    for (RowCondition& part : parts) {
        if (part.kind == absorbing) return part;
        if (part.kind != neutral) whole.parts.push_back(std::move(part));
    }
    if (whole.parts.empty()) {
        whole.kind = neutral;
        return whole;
    }
    if (whole.parts.size() > 1) return whole;
    RowCondition only = std::move(whole.parts.front());
    return only;
}

}  // namespace

Value::Value(const Cell& cell) : kind_(cell.kind()) {
    switch (cell.kind()) {
        case CellKind::null:
            break;
        case CellKind::real:
            real_ = cell.real();
            break;
        case CellKind::decimal:
        case CellKind::text:
        case CellKind::bytes:
        case CellKind::uuid:
        case CellKind::interval:
            text_ = cell.text();
            break;
        default:
            integer_ = cell.integer();
    }
}

Cell Value::cell() const noexcept {
    switch (kind_) {
        case CellKind::null:
            return Cell::null();
        case CellKind::boolean:
            return Cell::boolean(integer_ != 0);
        case CellKind::integer:
            return Cell::integer(integer_);
        case CellKind::date:
            return Cell::date(integer_);
        case CellKind::time:
            return Cell::time(integer_);
        case CellKind::timestamp:
            return Cell::timestamp(integer_);
        case CellKind::real:
            return Cell::real(real_);
        default:
            return Cell::view(kind_, text_);
    }
}

RowCondition RowCondition::nothing() {
    RowCondition made;
    made.kind = Kind::nothing;
    return made;
}

RowCondition RowCondition::allOf(std::vector<RowCondition> parts) {
    return joined(std::move(parts), Kind::all, Kind::nothing, Kind::everything);
}

RowCondition RowCondition::anyOf(std::vector<RowCondition> parts) {
    return joined(std::move(parts), Kind::any, Kind::everything, Kind::nothing);
}

RowCondition RowCondition::noneOf(RowCondition part) {
    if (part.isEverything()) return nothing();
    if (part.isNothing()) return everything();
    RowCondition made;
    made.kind = Kind::none;
    made.parts.push_back(std::move(part));
    return made;
}

RowCondition RowCondition::missingIn(std::vector<std::string> columns) {
    RowCondition made;
    made.kind = Kind::missing;
    made.columns = std::move(columns);
    return made;
}

RowCondition RowCondition::valuesAmong(std::vector<std::string> columns,
                                       std::vector<std::vector<Value>> values) {
    if (values.empty()) return nothing();
    RowCondition made;
    made.kind = Kind::among;
    made.columns = std::move(columns);
    made.values = std::move(values);
    return made;
}

}  // namespace roost
