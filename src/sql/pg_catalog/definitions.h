// sql: what format_type, pg_get_constraintdef and their like print.
#pragma once

#include <optional>
#include <string>

#include "catalog/objects/view.h"
#include "sql/pg_catalog/facts.h"

namespace firn::sql::pg_catalog {

/// "character varying(20)", "integer[]"; "???" for an oid that is no type.
std::string FormatType(const Facts& facts, Oid type, std::optional<int> modifier);
/// "PRIMARY KEY (id)", "CHECK ((a > 0))".
std::string ConstraintDefinition(const Facts& facts, const Constraint& constraint);
/// "CREATE UNIQUE INDEX t_pkey ON public.t USING btree (id)"; of one column: its name.
std::optional<std::string> IndexDefinition(const Facts& facts, const Class& index, int column);
/// A view's query as written, with a schema before names that search_path does not find (pg_dump
/// asks with an empty one).
std::string ViewDefinition(const Facts& facts, const catalog::View& view);
/// A name as it must be written to mean this class, along search_path.
std::string ClassName(const Facts& facts, const Class& of);
/// Of a regclass, regtype, regnamespace, regrole, regproc.
std::string RegText(const Facts& facts, std::string_view type, Oid oid);
/// The oid a name means for such a type; none: there is no such thing.
Result<std::optional<Oid>> RegOid(const Facts& facts, std::string_view type, std::string_view text);

}  // namespace firn::sql::pg_catalog
