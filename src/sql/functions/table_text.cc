#include "sql/functions/table.h"

namespace firn::sql::table {

namespace {

constexpr std::string_view kTable = R"(
[scalar]
ascii(text) int4
bit_count(bytea) int8 : sql_bit_count($1)
bit_length(text) int4 : CAST(8 * strlen($1) AS INTEGER)
bit_length(bytea) int4 : CAST(8 * octet_length($1) AS INTEGER)
btrim(text) text : trim($1, ' ')
btrim(text text) text : trim($1, $2)
btrim(bytea bytea) bytea : sql_bytea_trim($1, $2, 3)
char_length(bpchar) int4 : CAST(length(rtrim($1, ' ')) AS INTEGER)
char_length(text) int4 : CAST(length($1) AS INTEGER)
character_length(bpchar) int4 : CAST(length(rtrim($1, ' ')) AS INTEGER)
character_length(text) int4 : CAST(length($1) AS INTEGER)
chr(int4) text : sql_chr($1)
concat(...) text : !concat
concat_ws(text ...) text : !concat
convert(bytea name name) bytea : -
convert_from(bytea name) text : -
convert_to(text name) bytea : -
decode(text text) bytea : sql_decode($1, $2)
encode(bytea text) text : sql_encode($1, $2)
format(text ...) text : !format
get_bit(bytea int8) int4 : sql_get_bit($1, $2)
get_byte(bytea int4) int4 : sql_get_byte($1, $2)
initcap(text) text : sql_initcap($1)
left(text int4) text
length(text) int4 : CAST(length($1) AS INTEGER)
length(bytea) int4 : CAST(octet_length($1) AS INTEGER)
length(bpchar) int4 : CAST(length(rtrim($1, ' ')) AS INTEGER)
length(bytea name) int4 : -
like(text text) bool : sql_like($1, $2)
like(name text) bool : sql_like($1, $2)
like(bytea bytea) bool : -
like_escape(bytea bytea) bytea : -
like_escape(text text) text : sql_like_escape($1, $2)
lower(text) text : sql_lower($1)
lpad(text int4) text : sql_lpad($1, $2, ' ')
lpad(text int4 text) text : sql_lpad($1, $2, $3)
ltrim(text) text : ltrim($1, ' ')
ltrim(text text) text
ltrim(bytea bytea) bytea : sql_bytea_trim($1, $2, 1)
md5(text) text
md5(bytea) text
normalize(text) text : -
normalize(text text) text : -
notlike(text text) bool : (NOT sql_like($1, $2))
notlike(name text) bool : (NOT sql_like($1, $2))
notlike(bytea bytea) bool : -
octet_length(bpchar) int4 : !padded CAST(strlen($1) AS INTEGER)
octet_length(text) int4 : CAST(strlen($1) AS INTEGER)
octet_length(bytea) int4 : CAST(octet_length($1) AS INTEGER)
overlay(text text int4) text : sql_overlay($1, $2, $3, CAST(length($2) AS INTEGER))
overlay(text text int4 int4) text : sql_overlay($1, $2, $3, $4)
overlay(bytea bytea int4) bytea : sql_bytea_overlay($1, $2, $3, CAST(octet_length($2) AS INTEGER))
overlay(bytea bytea int4 int4) bytea : sql_bytea_overlay($1, $2, $3, $4)
parse_ident(text) text[] : -
parse_ident(text bool) text[] : -
position(text text) int4 : CAST(strpos($1, $2) AS INTEGER)
position(bytea bytea) int4 : sql_bytea_position($1, $2)
quote_ident(text) text : sql_quote_ident($1)
quote_literal(text) text : sql_quote_literal($1)
quote_literal(any) text : !astext sql_quote_literal($1)
quote_nullable(text) text : coalesce(sql_quote_literal($1), 'NULL')
quote_nullable(any) text : !astext coalesce(sql_quote_literal($1), 'NULL')
regexp_count(text text) int4 : sql_regexp_count($1, $2, 1, '')
regexp_count(text text int4) int4 : sql_regexp_count($1, $2, $3, '')
regexp_count(text text int4 text) int4 : sql_regexp_count($1, $2, $3, $4)
regexp_instr(text text) int4 : sql_regexp_instr($1, $2, 1, 1, 0, '', 0)
regexp_instr(text text int4) int4 : sql_regexp_instr($1, $2, $3, 1, 0, '', 0)
regexp_instr(text text int4 int4) int4 : sql_regexp_instr($1, $2, $3, $4, 0, '', 0)
regexp_instr(text text int4 int4 int4) int4 : sql_regexp_instr($1, $2, $3, $4, $5, '', 0)
regexp_instr(text text int4 int4 int4 text) int4 : sql_regexp_instr($1, $2, $3, $4, $5, $6, 0)
regexp_instr(text text int4 int4 int4 text int4) int4 : sql_regexp_instr($1, $2, $3, $4, $5, $6, $7)
regexp_like(text text) bool : sql_regexp_like($1, $2, '')
regexp_like(text text text) bool : sql_regexp_like($1, $2, $3)
regexp_match(text text) text[] : sql_regexp_match($1, $2, '')
regexp_match(text text text) text[] : sql_regexp_match($1, $2, $3)
regexp_replace(text text text) text : sql_regexp_replace($1, $2, $3, 1, 1, '')
regexp_replace(text text text text) text : sql_regexp_replace_flags($1, $2, $3, $4)
regexp_replace(text text text int4) text : sql_regexp_replace($1, $2, $3, $4, 1, '')
regexp_replace(text text text int4 int4) text : sql_regexp_replace($1, $2, $3, $4, $5, '')
regexp_replace(text text text int4 int4 text) text : sql_regexp_replace($1, $2, $3, $4, $5, $6)
regexp_split_to_array(text text) text[] : sql_regexp_split($1, $2, '')
regexp_split_to_array(text text text) text[] : sql_regexp_split($1, $2, $3)
regexp_substr(text text) text : sql_regexp_substr($1, $2, 1, 1, '', 0)
regexp_substr(text text int4) text : sql_regexp_substr($1, $2, $3, 1, '', 0)
regexp_substr(text text int4 int4) text : sql_regexp_substr($1, $2, $3, $4, '', 0)
regexp_substr(text text int4 int4 text) text : sql_regexp_substr($1, $2, $3, $4, $5, 0)
regexp_substr(text text int4 int4 text int4) text : sql_regexp_substr($1, $2, $3, $4, $5, $6)
repeat(text int4) text : sql_repeat($1, $2)
replace(text text text) text : sql_replace($1, $2, $3)
reverse(text) text : sql_reverse($1)
right(text int4) text
rpad(text int4) text : sql_rpad($1, $2, ' ')
rpad(text int4 text) text : sql_rpad($1, $2, $3)
rtrim(text) text : rtrim($1, ' ')
rtrim(text text) text
rtrim(bytea bytea) bytea : sql_bytea_trim($1, $2, 2)
set_bit(bytea int8 int4) bytea : sql_set_bit($1, $2, $3)
set_byte(bytea int4 int4) bytea : sql_set_byte($1, $2, $3)
sha224(bytea) bytea : sql_sha224($1)
sha256(bytea) bytea : sql_sha256($1)
sha384(bytea) bytea : sql_sha384($1)
sha512(bytea) bytea : sql_sha512($1)
similar_to_escape(text) text : sql_similar($1, '\')
similar_to_escape(text text) text : sql_similar($1, $2)
split_part(text text int4) text : sql_split_part($1, $2, $3)
starts_with(text text) bool
string_to_array(text text) text[] : sql_string_to_array($1, $2, NULL)
string_to_array(text text text) text[] : sql_string_to_array($1, $2, $3)
strpos(text text) int4 : CAST(strpos($1, $2) AS INTEGER)
substr(text int4) text : firn_substring_from($1, $2)
substr(text int4 int4) text : sql_substring($1, $2, $3)
substr(bytea int4) bytea : sql_bytea_from($1, $2)
substr(bytea int4 int4) bytea : sql_bytea_substring($1, $2, $3)
substring(text int4) text : firn_substring_from($1, $2)
substring(text int4 int4) text : sql_substring($1, $2, $3)
substring(text text) text : sql_regexp_substring($1, $2)
substring(text text text) text : sql_similar_substring($1, $2, $3)
substring(bytea int4) bytea : sql_bytea_from($1, $2)
substring(bytea int4 int4) bytea : sql_bytea_substring($1, $2, $3)
to_ascii(text) text : -
to_ascii(text int4) text : -
to_ascii(text name) text : -
to_hex(int4) text : sql_to_hex4($1)
to_hex(int8) text : sql_to_hex8($1)
translate(text text text) text
unistr(text) text : sql_unistr($1)
upper(text) text : sql_upper($1)
textlike(text text) bool : sql_like($1, $2)
texticlike(text text) bool : sql_ilike($1, $2)
)";

}  // namespace

std::string_view Text() {
  return kTable;
}

}  // namespace firn::sql::table
