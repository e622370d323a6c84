#include "sql/functions/table.h"

namespace firn::sql::table {

std::string_view Times() {
  return R"(
[scalar]
date(timestamp) date : CAST($1 AS DATE)
date(timestamptz) date : CAST($1 AS DATE)
date_part(text date) float8 : !extract
date_part(text timestamp) float8 : !extract
date_part(text timestamptz) float8 : !extract
date_part(text interval) float8 : !extract
date_trunc(text timestamp) timestamp : !date_trunc
date_trunc(text timestamptz) timestamptz : !date_trunc
date_trunc(text timestamptz text) timestamptz : -
date_trunc(text interval) interval : -
extract(text date) numeric : !extract
extract(text timestamp) numeric : !extract
extract(text timestamptz) numeric : !extract
extract(text interval) numeric : !extract
timezone(text timestamp) timestamptz : !timezone
timezone(text timestamptz) timestamp : !timezone
timezone(interval timestamp) timestamptz : -
timezone(interval timestamptz) timestamp : -
gen_random_uuid() uuid
)";
}

}  // namespace firn::sql::table
