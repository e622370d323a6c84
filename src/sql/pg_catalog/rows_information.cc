#include <optional>

#include "catalog/objects/sequence.h"
#include "catalog/objects/view.h"
#include "sql/pg_catalog/definitions.h"
#include "sql/pg_catalog/privileges.h"
#include "sql/pg_catalog/rows_internal.h"

namespace firn::sql::pg_catalog {
namespace {

using Kind = catalog::Constraint::Kind;
using Number = std::optional<int>;

std::string YesNo(bool yes) {
  return yes ? "YES" : "NO";
}

std::optional<std::string> Text(Number number) {
  if (!number) return std::nullopt;
  return std::to_string(*number);
}

using catalog::Right;

/// Whether information_schema tells the user of a table or view.
bool IsTold(const Source& source, const Class& of) {
  return MayAnyOf(source.facts, of,
                  {Right::kSelect, Right::kInsert, Right::kUpdate, Right::kDelete, Right::kTruncate,
                   Right::kReferences, Right::kTrigger});
}

/// Of its constraints: it takes more than reading.
bool IsToldOfConstraints(const Source& source, const Class& of) {
  return MayAnyOf(source.facts, of,
                  {Right::kInsert, Right::kUpdate, Right::kDelete, Right::kTruncate,
                   Right::kReferences, Right::kTrigger});
}

bool IsToldOfColumn(const Source& source, const Class& of, const Attribute& attribute) {
  return MayAnyOf(source.facts, of,
                  {Right::kSelect, Right::kInsert, Right::kUpdate, Right::kReferences},
                  FieldId(attribute.number));
}

bool IsRelation(const Class& of) {
  return of.kind == 'r' || of.kind == 'v';
}

bool IsToldOfSchema(const Source& source, std::string_view name) {
  const auto target = SchemaTarget(source.facts, name);
  const auto& user = source.facts.role();
  const auto& catalog = source.facts.catalog();
  return target.is_nil() ||
         (user != nullptr && (catalog::HasRight(catalog, *user, target, Right::kUsage) ||
                              catalog::HasRight(catalog, *user, target, Right::kCreate)));
}

void Schemata(const Source& source, Rows& rows) {
  for (const auto& [name, oid] : source.facts.namespaces()) {
    if (!IsToldOfSchema(source, name)) continue;
    rows.Add({{"catalog_name", source.facts.database()},
              {"schema_name", name},
              {"schema_owner", OwnerOf(source.facts, SchemaTarget(source.facts, name)).name}});
  }
}

void TableNames(const Source& source, Rows& rows) {
  for (const auto& of : source.facts.classes()) {
    if (!IsRelation(of) || !IsTold(source, of)) continue;
    const bool temporary = of.schema == "pg_temp";
    rows.Add({{"table_catalog", source.facts.database()},
              {"table_schema", of.schema},
              {"table_name", of.name},
              {"table_type", of.kind == 'v' ? "VIEW"
                             : temporary    ? "LOCAL TEMPORARY"
                                            : "BASE TABLE"},
              {"is_insertable_into", YesNo(of.table != nullptr)},
              {"is_typed", "NO"}});
  }
}

/// The digits and sizes of a column's type.
struct Shape {
  Number characters;
  Number octets;
  Number digits;
  Number radix;
  Number scale;
  Number fraction;
};

Shape ShapeOf(std::string_view type, int modifier) {
  constexpr int kOffset = 4;  // VARHDRSZ
  constexpr int kBytesOfCharacter = 4;
  Shape shape;
  const auto binary = [&shape](int bits, bool exact) {
    shape.digits = bits;
    shape.radix = 2;
    if (exact) shape.scale = 0;
  };
  if (type == "int2") binary(16, true);
  if (type == "int4") binary(32, true);
  if (type == "int8") binary(64, true);
  if (type == "float4") binary(24, false);
  if (type == "float8") binary(53, false);
  if (type == "numeric") {
    shape.radix = 10;
    if (modifier >= kOffset) {
      shape.digits = ((modifier - kOffset) >> 16) & 0xffff;
      shape.scale = (modifier - kOffset) & 0x7ff;
    }
  }
  if (type == "text" || type == "varchar" || type == "bpchar") shape.octets = 1 << 30;
  if ((type == "varchar" || type == "bpchar") && modifier >= kOffset) {
    shape.characters = modifier - kOffset;
    shape.octets = *shape.characters * kBytesOfCharacter;
  }
  if (type == "date") shape.fraction = 0;
  if (type == "interval" || (type.starts_with("time") && type != "time_stamp")) shape.fraction = 6;
  return shape;
}

void IdentityOf(const Source& source, const Class& of, const Attribute& attribute, Rows& rows) {
  if (attribute.identity == 0) return;
  const auto& sequences = of.table->sequences;
  for (const auto& [column, owned] : sequences) {
    if (column.value() != attribute.number) continue;
    const auto sequence = source.facts.catalog().Find<catalog::Sequence>(owned.sequence);
    if (sequence == nullptr) return;
    rows.Set("identity_start", sequence->start);
    rows.Set("identity_increment", sequence->increment);
    rows.Set("identity_maximum", sequence->maximum);
    rows.Set("identity_minimum", sequence->minimum);
    rows.Set("identity_cycle", YesNo(sequence->cycle));
  }
}

void ColumnRow(const Source& source, const Class& of, const Attribute& attribute, Rows& rows) {
  const auto* own = source.facts.FindUserType(attribute.type);
  const bool domain = own != nullptr && own->form == catalog::UserType::Form::kDomain;
  // A domain's column is told as one of the type under it.
  const auto oid = domain ? TypeOid(own->base) : attribute.type;
  const auto* type = FindType(oid);
  if (type == nullptr && own == nullptr) return;
  const bool own_array = own != nullptr && !domain && attribute.type != own->oid;
  const bool array =
      own_array || (type != nullptr && type->category == 'A' && type->name.front() == '_');
  const auto data_type = array             ? "ARRAY"
                         : type == nullptr ? "USER-DEFINED"
                                           : FormatType(source.facts, oid, std::nullopt);
  const auto udt_name =
      type != nullptr ? std::string(type->name) : (own_array ? "_" : "") + own->name;
  const auto udt_schema = type == nullptr       ? std::string_view(own->schema)
                          : type->in_pg_catalog ? kCatalogSchema
                                                : kInformationSchema;
  const auto shape = ShapeOf(udt_name, attribute.modifier);
  const auto& database = source.facts.database();
  const bool has_default = attribute.identity == 0 && !attribute.default_text.empty();
  rows.Add({{"table_catalog", database},
            {"table_schema", of.schema},
            {"table_name", of.name},
            {"column_name", attribute.name},
            {"ordinal_position", attribute.number},
            {"is_nullable", YesNo(!attribute.not_null)},
            {"data_type", data_type},
            {"character_maximum_length", Text(shape.characters)},
            {"character_octet_length", Text(shape.octets)},
            {"numeric_precision", Text(shape.digits)},
            {"numeric_precision_radix", Text(shape.radix)},
            {"numeric_scale", Text(shape.scale)},
            {"datetime_precision", Text(shape.fraction)},
            {"udt_catalog", database},
            {"udt_schema", udt_schema},
            {"udt_name", udt_name},
            {"dtd_identifier", attribute.number},
            {"is_self_referencing", "NO"},
            {"is_identity", YesNo(attribute.identity != 0)},
            {"identity_cycle", "NO"},
            {"is_generated", "NEVER"},
            {"is_updatable", YesNo(of.table != nullptr)}});
  if (has_default) rows.Set("column_default", attribute.default_text);
  if (domain) {
    rows.Set("domain_catalog", database);
    rows.Set("domain_schema", own->schema);
    rows.Set("domain_name", own->name);
  }
  if (attribute.identity != 0) {
    rows.Set("identity_generation", attribute.identity == 'a' ? "ALWAYS" : "BY DEFAULT");
  }
  IdentityOf(source, of, attribute, rows);
}

void ColumnRows(const Source& source, Rows& rows) {
  for (const auto& of : source.facts.classes()) {
    if (!IsRelation(of)) continue;
    for (const auto& attribute : of.attributes) {
      if (IsToldOfColumn(source, of, attribute)) ColumnRow(source, of, attribute, rows);
    }
  }
}

void ViewRows(const Source& source, Rows& rows) {
  for (const auto& of : source.facts.classes()) {
    const auto* view = dynamic_cast<const catalog::View*>(of.object.get());
    if (view == nullptr || !IsTold(source, of)) continue;
    const auto definition = IsOwn(source.facts, of)
                                ? std::optional(ViewDefinition(source.facts, *view) + ";")
                                : std::nullopt;
    rows.Add({{"table_catalog", source.facts.database()},
              {"table_schema", of.schema},
              {"table_name", of.name},
              {"view_definition", definition},
              {"check_option", "NONE"},
              {"is_updatable", "NO"},
              {"is_insertable_into", "NO"},
              {"is_trigger_updatable", "NO"},
              {"is_trigger_deletable", "NO"},
              {"is_trigger_insertable_into", "NO"}});
  }
}

std::string_view WordOf(Kind kind) {
  switch (kind) {
    case Kind::kPrimaryKey:
      return "PRIMARY KEY";
    case Kind::kUnique:
      return "UNIQUE";
    case Kind::kForeignKey:
      return "FOREIGN KEY";
    case Kind::kCheck:
      break;
  }
  return "CHECK";
}

/// PostgreSQL 15's name for a NOT NULL.
std::string NotNullName(const Source& source, const Class& of, const Attribute& attribute) {
  return fmt::format("{}_{}_{}_not_null", source.facts.NamespaceOid(of.schema), of.oid,
                     attribute.number);
}

void TableConstraints(const Source& source, Rows& rows) {
  const auto add = [&](const Class& of, std::string_view name, std::string_view type) {
    rows.Add({{"constraint_catalog", source.facts.database()},
              {"constraint_schema", of.schema},
              {"constraint_name", name},
              {"table_catalog", source.facts.database()},
              {"table_schema", of.schema},
              {"table_name", of.name},
              {"constraint_type", type},
              {"is_deferrable", "NO"},
              {"initially_deferred", "NO"},
              {"enforced", "YES"}});
    if (type == "UNIQUE") rows.Set("nulls_distinct", "YES");
  };
  for (const auto& constraint : source.facts.constraints()) {
    if (!IsToldOfConstraints(source, *constraint.of)) continue;
    add(*constraint.of, constraint.says->name, WordOf(constraint.says->kind));
    if (!constraint.says->enforced) rows.Set("enforced", "NO");
  }
  for (const auto& of : source.facts.classes()) {
    if (of.table == nullptr || !IsToldOfConstraints(source, of)) continue;
    for (const auto& attribute : of.attributes) {
      if (attribute.not_null) add(of, NotNullName(source, of, attribute), "CHECK");
    }
  }
}

void CheckConstraints(const Source& source, Rows& rows) {
  const auto add = [&](const Class& of, std::string_view name, std::string clause) {
    rows.Add({{"constraint_catalog", source.facts.database()},
              {"constraint_schema", of.schema},
              {"constraint_name", name},
              {"check_clause", std::move(clause)}});
  };
  for (const auto& constraint : source.facts.constraints()) {
    if (constraint.says->kind != Kind::kCheck || !IsOwn(source.facts, *constraint.of)) continue;
    add(*constraint.of, constraint.says->name, "((" + constraint.says->expression + "))");
  }
  for (const auto& of : source.facts.classes()) {
    if (of.table == nullptr || !IsOwn(source.facts, of)) continue;
    for (const auto& attribute : of.attributes) {
      if (!attribute.not_null) continue;
      add(of, NotNullName(source, of, attribute), attribute.name + " IS NOT NULL");
    }
  }
}

void KeyColumns(const Source& source, Rows& rows) {
  const bool usage = rows.relation().name == "constraint_column_usage";
  for (const auto& constraint : source.facts.constraints()) {
    const auto kind = constraint.says->kind;
    if (usage ? kind == Kind::kForeignKey : kind == Kind::kCheck) continue;
    int position = 0;
    for (const int number : constraint.columns) {
      ++position;
      for (const auto& attribute : constraint.of->attributes) {
        if (attribute.number != number) continue;
        const bool told = usage ? IsOwn(source.facts, *constraint.of)
                                : IsToldOfColumn(source, *constraint.of, attribute);
        if (!told) continue;
        rows.Add({{"constraint_catalog", source.facts.database()},
                  {"constraint_schema", constraint.of->schema},
                  {"constraint_name", constraint.says->name},
                  {"table_catalog", source.facts.database()},
                  {"table_schema", constraint.of->schema},
                  {"table_name", constraint.of->name},
                  {"column_name", attribute.name}});
        if (!usage) rows.Set("ordinal_position", position);
      }
    }
  }
}

void SequenceRows(const Source& source, Rows& rows) {
  for (const auto& of : source.facts.classes()) {
    const auto* sequence = dynamic_cast<const catalog::Sequence*>(of.object.get());
    // An identity column's own is not one of them.
    if (sequence == nullptr || (sequence->owner && sequence->owner->identity)) continue;
    if (!MayAnyOf(source.facts, of, {Right::kSelect, Right::kUpdate, Right::kUsage})) continue;
    const auto& info = columnar::Info(sequence->type);
    const auto shape = ShapeOf(info.catalog, -1);
    rows.Add({{"sequence_catalog", source.facts.database()},
              {"sequence_schema", of.schema},
              {"sequence_name", of.name},
              {"data_type", info.name},
              {"numeric_precision", Text(shape.digits)},
              {"numeric_precision_radix", 2},
              {"numeric_scale", 0},
              {"start_value", sequence->start},
              {"minimum_value", sequence->minimum},
              {"maximum_value", sequence->maximum},
              {"increment", sequence->increment},
              {"cycle_option", YesNo(sequence->cycle)}});
  }
}

/// What PUBLIC has is in the views of privileges, and in those of grants if the user gave it.
bool IsShown(const Source& source, const Rows& rows, const HeldRight& held) {
  const bool of_roles = rows.relation().name.starts_with("role_");
  return (held.grantee == "PUBLIC" && !of_roles) || IsEnabled(source.facts, held.grantor) ||
         IsEnabled(source.facts, held.grantee);
}

void TablePrivileges(const Source& source, Rows& rows) {
  for (const auto& of : source.facts.classes()) {
    if (!IsRelation(of) || of.system != nullptr) continue;
    for (const auto& held : HeldRights(source.facts, TargetOf(of), TargetKindOf(of))) {
      if (!IsShown(source, rows, held)) continue;
      rows.Add({{"grantor", held.grantor},
                {"grantee", held.grantee},
                {"table_catalog", source.facts.database()},
                {"table_schema", of.schema},
                {"table_name", of.name},
                {"privilege_type", held.right},
                {"is_grantable", YesNo(held.grantable)},
                {"with_hierarchy", YesNo(held.right == "SELECT")}});
    }
  }
}

void ColumnPrivileges(const Source& source, Rows& rows) {
  for (const auto& of : source.facts.classes()) {
    if (!IsRelation(of) || of.system != nullptr) continue;
    for (const auto& attribute : of.attributes) {
      for (const auto& held :
           HeldRights(source.facts, TargetOf(of), TargetKindOf(of), FieldId(attribute.number))) {
        if (!IsShown(source, rows, held)) continue;
        rows.Add({{"grantor", held.grantor},
                  {"grantee", held.grantee},
                  {"table_catalog", source.facts.database()},
                  {"table_schema", of.schema},
                  {"table_name", of.name},
                  {"column_name", attribute.name},
                  {"privilege_type", held.right},
                  {"is_grantable", YesNo(held.grantable)}});
      }
    }
  }
}

void EnabledRoles(const Source& source, Rows& rows) {
  for (const auto& role : source.facts.roles()) {
    if (IsEnabled(source.facts, role.name)) rows.Add({{"role_name", role.name}});
  }
}

void CatalogName(const Source& source, Rows& rows) {
  rows.Add({{"catalog_name", source.facts.database()}});
}

}  // namespace

std::vector<Producer> InformationProducers() {
  return {{kInformationSchema, "schemata", Schemata},
          {kInformationSchema, "tables", TableNames},
          {kInformationSchema, "columns", ColumnRows},
          {kInformationSchema, "views", ViewRows},
          {kInformationSchema, "table_constraints", TableConstraints},
          {kInformationSchema, "check_constraints", CheckConstraints},
          {kInformationSchema, "key_column_usage", KeyColumns},
          {kInformationSchema, "constraint_column_usage", KeyColumns},
          {kInformationSchema, "sequences", SequenceRows},
          {kInformationSchema, "table_privileges", TablePrivileges},
          {kInformationSchema, "role_table_grants", TablePrivileges},
          {kInformationSchema, "column_privileges", ColumnPrivileges},
          {kInformationSchema, "role_column_grants", ColumnPrivileges},
          {kInformationSchema, "enabled_roles", EnabledRoles},
          {kInformationSchema, "information_schema_catalog_name", CatalogName}};
}

}  // namespace firn::sql::pg_catalog
