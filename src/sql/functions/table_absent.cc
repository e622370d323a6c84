#include "sql/functions/table.h"

namespace firn::sql::table {

namespace {

// Functions of PostgreSQL 15 that people call and firn has not: said so, instead of that they do
// not exist.
constexpr std::string_view kNames = R"(
area array_to_tsvector box center circle currtid2 cursor_to_xml database_to_xml datemultirange
daterange diagonal diameter hash_array hash_numeric hash_record hashbpchar hashbpcharextended
hashchar hashcharextended hashenum hashfloat4 hashfloat4extended hashfloat8 hashfloat8extended
hashinet hashinetextended hashint2 hashint2extended hashint4 hashint4extended hashint8
hashint8extended hashname hashnameextended hashoid hashoidextended hashtext hashtextextended
height int4multirange int4range int8multirange int8range is_normalized isclosed isempty isopen
json_populate_record json_populate_recordset json_to_record json_to_recordset json_to_tsvector
jsonb_path_exists jsonb_path_exists_tz jsonb_path_match jsonb_path_match_tz jsonb_path_query
jsonb_path_query_array jsonb_path_query_array_tz jsonb_path_query_first jsonb_path_query_first_tz
jsonb_path_query_tz jsonb_populate_record jsonb_populate_recordset jsonb_set_lax jsonb_to_record
jsonb_to_recordset jsonb_to_tsvector line lo_close lo_creat lo_create lo_export lo_from_bytea
lo_get lo_import lo_open lo_put lo_unlink lower_inc lower_inf lseg multirange npoints
nummultirange numnode numrange path pclose pg_advisory_lock pg_advisory_unlock
pg_advisory_unlock_all pg_advisory_xact_lock pg_current_wal_lsn
pg_current_xact_id pg_notify pg_reload_conf pg_sleep_until
pg_try_advisory_lock pg_try_advisory_xact_lock phraseto_tsquery
plainto_tsquery point polygon popen query_to_xml querytree radius range_agg range_intersect_agg
range_merge setweight slope strip table_to_xml text timeofday timestamp timestamptz to_tsquery
to_tsvector ts_debug ts_delete ts_filter ts_headline ts_lexize ts_rank ts_rank_cd ts_rewrite
tsmultirange tsquery_phrase tsrange tstzmultirange tstzrange tsvector_to_array txid_current
txid_current_if_assigned txid_current_snapshot txid_status upper_inc upper_inf varchar
websearch_to_tsquery width xml_is_well_formed xmlagg xmlcomment xpath xpath_exists
)";

}  // namespace

std::string_view Absent() {
  return kNames;
}

}  // namespace firn::sql::table
