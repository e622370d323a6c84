#include "sql/pg_catalog/data_internal.h"

namespace firn::sql::pg_catalog {

// A word per column in the order of the columns: \N is NULL, \E an empty text, ~ a blank.
std::string_view FixedRows() {
  return R"(
[pg_am]
2 heap heap_tableam_handler t
403 btree bthandler i
[pg_language]
12 internal 10 f f 0 0 2246
13 c 10 f f 0 0 2247
14 sql 10 f t 0 0 2248
[pg_tablespace]
1663 pg_default 10
1664 pg_global 10
[pg_collation]
100 default 11 10 d t -1
950 C 11 10 c t -1 C C
951 POSIX 11 10 c t -1 POSIX POSIX
12340 ucs_basic 11 10 c t 6 C C
[pg_timezone_names]
UTC UTC 00:00:00 f
[pg_cast]
[character_sets]
\N \N UTF8 UCS UTF8
)";
}

}  // namespace firn::sql::pg_catalog
