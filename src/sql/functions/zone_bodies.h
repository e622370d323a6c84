// sql: what the bodies of functions over timestamps and over timestamps with a zone share.
#pragma once

#include <string_view>

#include "sql/functions/bodies.h"

namespace firn::sql {

/// sql_tz_…: moments and what clocks show.
void AddZoneFunctions(EngineFunctions& functions);

/// date_trunc of what a clock shows. Errors: 22023 for a unit there is not, naming `type`.
Result<engine::Timestamp> TruncateTime(std::string_view unit, engine::Timestamp value,
                                       std::string_view type);
/// Whether date_trunc to it changes no offset of a zone: it is less than a day.
bool KeepsOffset(std::string_view unit);

}  // namespace firn::sql
