// sql: names and literals as SQL text that reads back as the same name or value, in Postgres and
// in the engine alike.
#pragma once

#include <string>
#include <string_view>

namespace firn::sql {

/// Always quoted: "a ""b""".
std::string QuoteIdentifier(std::string_view name);
/// 'it''s'. Backslashes stand for themselves.
std::string QuoteLiteral(std::string_view text);
/// "schema"."name", or "name" when the schema is empty.
std::string QuoteQualified(std::string_view schema, std::string_view name);
/// Quoted only where Postgres needs it (quote_ident): for messages and generated DDL.
std::string DisplayIdentifier(std::string_view name);

}  // namespace firn::sql
