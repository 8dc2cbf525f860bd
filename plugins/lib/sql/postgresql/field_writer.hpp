// Values in the two forms in which COPY takes them.
#pragma once

#include "lib/sql/postgresql/byte_buffer.hpp"
#include "lib/sql/postgresql/cell_converter.hpp"

namespace roost::sql::postgresql {

/// Appends the field of COPY's binary format: its length and what the type's receive function takes. Not for
/// TargetForm::other.
void writeBinary(const TargetColumn& column, const Value& value, ByteBuffer& out);

/// Appends the field of COPY's text format, escaped, in a spelling that the type's input function reads back
/// exactly in a session with DateStyle ISO, TimeZone UTC and lc_monetary C.
void writeText(const TargetColumn& column, const Value& value, ByteBuffer& out);

}  // namespace roost::sql::postgresql
