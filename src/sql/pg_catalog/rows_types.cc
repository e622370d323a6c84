#include "sql/pg_catalog/privileges.h"
#include "sql/pg_catalog/rows_internal.h"

namespace firn::sql::pg_catalog {
namespace {

void BuiltIn(const BuiltInType& type, Rows& rows) {
  const auto& w = type.words;
  rows.Add({{"oid", w[0]},
            {"typname", w[1]},
            {"typnamespace", type.in_pg_catalog ? kCatalogNamespace : kInformationNamespace},
            {"typowner", kOwner},
            {"typlen", w[2]},
            {"typbyval", w[3]},
            {"typtype", w[4]},
            {"typcategory", w[5]},
            {"typispreferred", w[6]},
            {"typisdefined", true},
            {"typdelim", w[7]},
            {"typrelid", 0},
            {"typsubscript", w[21]},
            {"typelem", w[8]},
            {"typarray", w[9]},
            {"typinput", w[10]},
            {"typoutput", w[11]},
            {"typreceive", w[12]},
            {"typsend", w[13]},
            {"typmodin", w[14]},
            {"typmodout", w[15]},
            {"typanalyze", "-"},
            {"typalign", w[16]},
            {"typstorage", w[17]},
            {"typnotnull", false},
            {"typbasetype", w[18]},
            {"typtypmod", w[19]},
            {"typndims", 0},
            {"typcollation", w[20]}});
}

void OfRows(const Class& of, bool array, const Source& source, Rows& rows) {
  rows.Add({{"oid", array ? of.array_type : of.type},
            {"typname", (array ? "_" : "") + of.name},
            {"typnamespace", source.facts.NamespaceOid(of.schema)},
            {"typowner", OwnerOf(source.facts, TargetOf(of)).oid},
            {"typlen", -1},
            {"typbyval", false},
            {"typtype", array ? "b" : "c"},
            {"typcategory", array ? "A" : "C"},
            {"typispreferred", false},
            {"typisdefined", true},
            {"typdelim", ","},
            {"typrelid", array ? 0 : of.oid},
            {"typsubscript", array ? "array_subscript_handler" : "-"},
            {"typelem", array ? of.type : 0},
            {"typarray", array ? 0 : of.array_type},
            {"typinput", array ? "array_in" : "record_in"},
            {"typoutput", array ? "array_out" : "record_out"},
            {"typreceive", array ? "array_recv" : "record_recv"},
            {"typsend", array ? "array_send" : "record_send"},
            {"typmodin", "-"},
            {"typmodout", "-"},
            {"typanalyze", array ? "array_typanalyze" : "-"},
            {"typalign", "d"},
            {"typstorage", "x"},
            {"typnotnull", false},
            {"typbasetype", 0},
            {"typtypmod", -1},
            {"typndims", 0},
            {"typcollation", 0}});
}

/// An enum or a domain; `array`: of it.
void OfUserType(const catalog::UserType& type, bool array, const Source& source, Rows& rows) {
  const bool is_enum = type.form == catalog::UserType::Form::kEnum;
  const auto* base = is_enum ? nullptr : FindType(TypeOid(type.base));
  const auto word = [&](size_t at, std::string_view of_enum) -> std::string_view {
    return base == nullptr ? of_enum : base->words[at];
  };
  rows.Add({{"oid", array ? type.oid + 1 : type.oid},
            {"typname", (array ? "_" : "") + type.name},
            {"typnamespace", source.facts.NamespaceOid(type.schema)},
            {"typowner", OwnerOf(source.facts, type.id).oid},
            {"typlen", array ? "-1" : word(2, "4")},
            {"typbyval", array ? "f" : word(3, "t")},
            {"typtype", array     ? "b"
                        : is_enum ? "e"
                                  : "d"},
            {"typcategory", array ? "A" : word(5, "E")},
            {"typispreferred", false},
            {"typisdefined", true},
            {"typdelim", ","},
            {"typrelid", 0},
            {"typsubscript", array ? "array_subscript_handler" : "-"},
            {"typelem", array ? type.oid : 0},
            {"typarray", array ? 0 : type.oid + 1},
            {"typinput", array     ? "array_in"
                         : is_enum ? "enum_in"
                                   : "domain_in"},
            {"typoutput", array ? "array_out" : word(11, "enum_out")},
            {"typreceive", array     ? "array_recv"
                           : is_enum ? "enum_recv"
                                     : "domain_recv"},
            {"typsend", array ? "array_send" : word(13, "enum_send")},
            {"typmodin", "-"},
            {"typmodout", "-"},
            {"typanalyze", array ? "array_typanalyze" : "-"},
            {"typalign", array ? "i" : word(16, "i")},
            {"typstorage", array ? "x" : word(17, "p")},
            {"typnotnull", !array && type.not_null},
            {"typbasetype", array || is_enum ? 0 : TypeOid(type.base)},
            {"typtypmod", array || is_enum ? -1 : columnar::TypeModifier(type.base)},
            {"typndims", 0},
            {"typcollation", array ? "0" : word(20, "0")}});
  if (!array && !type.default_sql.empty()) rows.Set("typdefault", type.default_sql);
}

void Labels(const Source& source, Rows& rows) {
  for (const auto& type : source.facts.user_types()) {
    int place = 0;
    for (const auto& label : type->labels) {
      rows.Add({{"oid", source.facts.OidOf(type->id, "label " + label)},
                {"enumtypid", type->oid},
                {"enumsortorder", ++place},
                {"enumlabel", label}});
    }
  }
}

void TypeRows(const Source& source, Rows& rows) {
  for (const auto& type : BuiltInTypes()) BuiltIn(type, rows);
  for (const auto& of : source.facts.classes()) {
    if (of.type == 0) continue;
    OfRows(of, false, source, rows);
    OfRows(of, true, source, rows);
  }
  for (const auto& type : source.facts.user_types()) {
    OfUserType(*type, false, source, rows);
    OfUserType(*type, true, source, rows);
  }
}

}  // namespace

std::vector<Producer> TypeProducers() {
  return {{kCatalogSchema, "pg_type", TypeRows}, {kCatalogSchema, "pg_enum", Labels}};
}

}  // namespace firn::sql::pg_catalog
