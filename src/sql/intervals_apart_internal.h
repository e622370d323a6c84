// sql: constant intervals that the engine takes for one another.
#pragma once

#include <string>

namespace firn::sql {

/// The engine holds constants that its = finds equal for the same, and of `t + interval '1 month'`
/// and `t + interval '30 days'` computes one. In a written query that has intervals of equal length
/// and other parts, or a parameter that may be one, they are hidden from its optimizer.
std::string WithIntervalsApart(std::string sql);

}  // namespace firn::sql
