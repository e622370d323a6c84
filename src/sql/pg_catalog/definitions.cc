#include "sql/pg_catalog/definitions.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "sql/ident.h"
#include "sql/parse.h"
#include "sql/pg_catalog/foreign_key.h"
#include "sql/pg_catalog/privileges.h"
#include "sql/query.h"
#include "sql/relation_names.h"

namespace firn::sql::pg_catalog {
namespace {

constexpr int kModifierOffset = 4;  // VARHDRSZ, which numeric's and varchar's modifiers carry

struct SqlName {
  std::string_view catalog;
  std::string_view name;
};
// The types that have another name in SQL.
constexpr std::array kSqlNames = {
    SqlName{"bool", "boolean"},
    SqlName{"int2", "smallint"},
    SqlName{"int4", "integer"},
    SqlName{"int8", "bigint"},
    SqlName{"float4", "real"},
    SqlName{"float8", "double precision"},
    SqlName{"varchar", "character varying"},
    SqlName{"varbit", "bit varying"},
    SqlName{"char", "\"char\""},
    SqlName{"time", "time without time zone"},
    SqlName{"timetz", "time with time zone"},
    SqlName{"timestamp", "timestamp without time zone"},
    SqlName{"timestamptz", "timestamp with time zone"},
};

std::string WithModifier(std::string_view catalog, std::optional<int> modifier) {
  std::string name(catalog);
  for (const auto& known : kSqlNames) {
    if (known.catalog == catalog) name = known.name;
  }
  if (catalog == "bpchar" && (!modifier || *modifier >= 0)) name = "character";
  if (!modifier || *modifier < 0) return name;
  if (catalog == "numeric") {
    const int said = *modifier - kModifierOffset;
    return fmt::format("{}({},{})", name, (said >> 16) & 0xffff, said & 0x7ff);
  }
  if (catalog == "varchar" || catalog == "bpchar") {
    return fmt::format("{}({})", name, *modifier - kModifierOffset);
  }
  const auto blank = name.find(' ');
  if (catalog.starts_with("time")) {
    return fmt::format("{}({}){}", name.substr(0, blank), *modifier, name.substr(blank));
  }
  return name;
}

/// Of a table's rows; an array of them.
std::optional<std::string> RowTypeName(const Facts& facts, Oid type) {
  for (const auto& of : facts.classes()) {
    if (of.type == type && type != 0) return ClassName(facts, of);
    if (of.array_type == type && type != 0) return ClassName(facts, of) + "[]";
  }
  return std::nullopt;
}

std::string ColumnNames(const Constraint& constraint) {
  std::string names;
  for (const int number : constraint.columns) {
    for (const auto& attribute : constraint.of->attributes) {
      if (attribute.number != number) continue;
      names += (names.empty() ? "" : ", ") + DisplayIdentifier(attribute.name);
    }
  }
  return names;
}

bool IsNumber(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Whether a type can be meant by its name with this schema, or with none.
bool IsNamed(const Facts& facts, const catalog::UserType& type, std::string_view schema) {
  if (!schema.empty()) return type.schema == schema;
  const auto& path = facts.search_path();
  return std::find(path.begin(), path.end(), type.schema) != path.end();
}

std::optional<Oid> TypeByName(const Facts& facts, std::string_view text) {
  std::string_view element = text;
  const bool array = element.ends_with("[]");
  if (array) element.remove_suffix(2);
  if (element.starts_with("pg_catalog.")) element.remove_prefix(11);
  if (const auto end = element.find('('); end != element.npos) element = element.substr(0, end);
  std::string catalog(element);
  for (const auto& known : kSqlNames) {
    if (known.name == element) catalog = known.catalog;
  }
  if (element == "character") catalog = "bpchar";
  if (element == "int") catalog = "int4";
  if (element == "decimal") catalog = "numeric";
  if (element == "timestamp") catalog = "timestamp";
  if (const auto* type = FindType(catalog)) return array ? type->array : type->oid;
  const auto name = ParseRelationName(element);
  for (const auto& type : facts.user_types()) {
    if (!name || type->name != name->name || !IsNamed(facts, *type, name->schema)) continue;
    return type->oid + (array ? 1 : 0);
  }
  const auto* of = name ? facts.FindClass(name->schema, name->name) : nullptr;
  if (of == nullptr || of->type == 0) return std::nullopt;
  return array ? of->array_type : of->type;
}

/// With a pair around the whole, one and no more: so a CHECK that is dumped and restored again and
/// again stays as it is.
std::string InParentheses(const std::string& text) {
  int depth = 0;
  char quote = 0;
  bool whole = text.starts_with('(');
  for (size_t i = 0; i < text.size() && whole; ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '(' || c == ')') {
      depth += c == '(' ? 1 : -1;
      if (depth == 0 && i + 1 < text.size()) whole = false;
    }
  }
  return whole && depth == 0 ? text : "(" + text + ")";
}

/// Where each name that needs a schema begins, in the order of the text, and the schema.
std::vector<std::pair<size_t, std::string>> SchemasToAdd(const Facts& facts,
                                                         const catalog::View& view) {
  std::vector<std::pair<size_t, std::string>> places;
  const auto statements = Parse(view.query);
  if (!statements || statements->size() != 1) return places;
  const auto& statement = statements->front();
  const auto references = FindReferences(statement);
  const auto tokens = statement.Tokens();
  if (!references || !tokens) return places;
  for (const auto& token : *tokens) {
    const int position = statement.Position(token.begin);
    for (const auto& reference : references->tables) {
      if (reference.table.position != position || !reference.table.schema.empty()) continue;
      if (reference.index >= view.references.size()) continue;
      const auto* of = facts.FindClass(facts.OidOf(view.references[reference.index].relation));
      if (of == nullptr || facts.IsVisible(*of)) continue;
      places.emplace_back(static_cast<size_t>(token.begin), of->schema);
    }
  }
  return places;
}

}  // namespace

std::string ViewDefinition(const Facts& facts, const catalog::View& view) {
  auto text = view.query;
  const auto places = SchemasToAdd(facts, view);
  for (auto place = places.rbegin(); place != places.rend(); ++place) {
    text.insert(place->first, DisplayIdentifier(place->second) + ".");
  }
  return text;
}

std::string ClassName(const Facts& facts, const Class& of) {
  const auto name = DisplayIdentifier(of.name);
  return facts.IsVisible(of) ? name : DisplayIdentifier(of.schema) + "." + name;
}

std::string FormatType(const Facts& facts, Oid type, std::optional<int> modifier) {
  if (type == 0) return "-";
  const auto* known = FindType(type);
  if (const auto* own = facts.FindUserType(type)) {
    auto name = DisplayIdentifier(own->name);
    if (!IsNamed(facts, *own, "")) name = DisplayIdentifier(own->schema) + "." + name;
    return own->oid == type ? name : name + "[]";
  }
  if (known == nullptr) return RowTypeName(facts, type).value_or("???");
  const auto* element = known->element == 0 || known->category != 'A' || known->name.front() != '_'
                            ? nullptr
                            : FindType(known->element);
  std::string name;
  if (element != nullptr) {
    name = WithModifier(element->name, modifier) + "[]";
  } else {
    name = WithModifier(known->name, modifier);
  }
  return known->in_pg_catalog ? name : "information_schema." + name;
}

std::string ConstraintDefinition(const Facts& facts, const Constraint& constraint) {
  using Kind = catalog::Constraint::Kind;
  const auto& says = *constraint.says;
  switch (says.kind) {
    case Kind::kPrimaryKey:
      return "PRIMARY KEY (" + ColumnNames(constraint) + ")";
    case Kind::kUnique:
      return "UNIQUE (" + ColumnNames(constraint) + ")";
    case Kind::kForeignKey: {
      const auto key = ReadForeignKey(says.expression);
      return "FOREIGN KEY (" + ColumnNames(constraint) + ") " +
             (key ? ReferencesText(facts, *key) : says.expression) +
             (says.enforced ? "" : " NOT VALID");
    }
    case Kind::kCheck:
      break;
  }
  return "CHECK (" + InParentheses(says.expression) + ")";
}

std::optional<std::string> IndexDefinition(const Facts& facts, const Class& index, int column) {
  if (index.index_of == 0) return std::nullopt;
  if (column > 0) {
    if (static_cast<size_t>(column) > index.attributes.size()) return "";
    return DisplayIdentifier(index.attributes[static_cast<size_t>(column) - 1].name);
  }
  std::string names;
  for (const auto& attribute : index.attributes) {
    names += (names.empty() ? "" : ", ") + DisplayIdentifier(attribute.name);
  }
  const auto* table = facts.FindClass(index.index_of);
  return fmt::format("CREATE UNIQUE INDEX {} ON {}.{} USING btree ({})",
                     DisplayIdentifier(index.name), DisplayIdentifier(table->schema),
                     DisplayIdentifier(table->name), names);
}

std::string RegText(const Facts& facts, std::string_view type, Oid oid) {
  if (oid == 0) return "-";
  if (type == "regtype") {
    const auto name = FormatType(facts, oid, std::nullopt);
    return name == "???" ? std::to_string(oid) : name;
  }
  if (type == "regclass") {
    if (const auto* of = facts.FindClass(oid)) return ClassName(facts, *of);
  }
  if (type == "regnamespace") {
    const auto name = facts.NamespaceName(oid);
    if (!name.empty()) return DisplayIdentifier(std::string(name));
  }
  if (type == "regrole") {
    for (const auto& role : facts.roles()) {
      if (role.oid == oid) return DisplayIdentifier(role.name);
    }
  }
  return std::to_string(oid);
}

Result<std::optional<Oid>> RegOid(const Facts& facts, std::string_view type,
                                  std::string_view text) {
  if (text == "-") return std::optional<Oid>(0);
  if (IsNumber(text)) {
    Oid oid = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), oid);
    if (read.ec == std::errc()) return std::optional(oid);
    return Fail(
        MakeError(ErrorCode::kInvalidInput, "value \"{}\" is out of range for type oid", text)
            .WithSqlState("22003"));
  }
  if (type == "regtype") return TypeByName(facts, text);
  FIRN_TRY(const auto name, ParseRelationName(text));
  if (type == "regnamespace") {
    const auto oid = facts.NamespaceOid(name.name);
    return oid == 0 ? std::optional<Oid>() : std::optional(oid);
  }
  if (type == "regrole") {
    for (const auto& role : facts.roles()) {
      if (role.name == name.name) return std::optional(role.oid);
    }
    return std::optional<Oid>();
  }
  if (!name.schema.empty()) FIRN_RETURN_IF_ERROR(RequireUsage(facts, name.schema));
  const auto* of = facts.FindClass(name.schema, name.name);
  return of == nullptr ? std::optional<Oid>() : std::optional(of->oid);
}

}  // namespace firn::sql::pg_catalog
