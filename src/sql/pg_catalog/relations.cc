#include "sql/pg_catalog/relations.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <utility>

#include "sql/pg_catalog/data_internal.h"

namespace firn::sql::pg_catalog {
namespace {

using columnar::TypeKind;

uint32_t Number(std::string_view text) {
  uint32_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

struct Mapped {
  std::string_view declared;
  TypeKind kind;
};
// What is not here is text in the form Postgres prints.
constexpr std::array kMapped = {
    Mapped{"bool", TypeKind::kBool},
    Mapped{"int2", TypeKind::kInt2},
    Mapped{"int4", TypeKind::kInt4},
    Mapped{"cardinal_number", TypeKind::kInt4},
    Mapped{"int8", TypeKind::kInt8},
    Mapped{"oid", TypeKind::kOid},
    Mapped{"xid", TypeKind::kXid},
    Mapped{"name", TypeKind::kName},
    Mapped{"sql_identifier", TypeKind::kName},
    Mapped{"char", TypeKind::kInternalChar},
    Mapped{"regproc", TypeKind::kRegproc},
    Mapped{"float4", TypeKind::kFloat4},
    Mapped{"float8", TypeKind::kFloat8},
    Mapped{"numeric", TypeKind::kText},
    Mapped{"timestamptz", TypeKind::kTimestamptz},
    Mapped{"time_stamp", TypeKind::kTimestamptz},
    Mapped{"interval", TypeKind::kInterval},
    Mapped{"inet", TypeKind::kInet},
    Mapped{"bytea", TypeKind::kBytea},
    Mapped{"character_data", TypeKind::kVarchar},
    Mapped{"yes_or_no", TypeKind::kVarchar},
    Mapped{"int2vector", TypeKind::kInt2Vector},
    Mapped{"oidvector", TypeKind::kOidVector},
    Mapped{"aclitem", TypeKind::kAclItem},
};

/// The lines and what points into them.
struct Registry {
  std::vector<std::string> lines;
  std::vector<Relation> relations;
  std::map<std::pair<std::string_view, std::string_view>, size_t> by_name;

  Registry() {
    const std::pair<std::string_view, std::string_view> sources[] = {
        {kCatalogSchema, PgCatalogColumns()},
        {kCatalogSchema, StatisticsColumns()},
        {kInformationSchema, InformationSchemaColumns()}};
    std::vector<std::string_view> schemas;
    for (const auto& [schema, data] : sources) {
      for (auto& line : LinesOf(data)) {
        lines.push_back(std::move(line));
        schemas.push_back(schema);
      }
    }
    for (size_t i = 0; i < lines.size(); ++i) Add(schemas[i], lines[i]);
  }

  void Add(std::string_view schema, std::string_view line) {
    const auto words = WordsOf(line);
    Relation relation{.schema = schema,
                      .name = words[0],
                      .oid = Number(words[1]),
                      .kind = words[2].front(),
                      .columns = {},
                      .fields = {}};
    for (size_t i = 3; i < words.size(); ++i) {
      auto word = words[i];
      const bool not_null = word.ends_with('!');
      if (not_null) word.remove_suffix(1);
      const auto colon = word.find(':');
      const Column column{word.substr(0, colon), word.substr(colon + 1), not_null};
      relation.fields.push_back({std::string(column.name), TypeOfColumn(column.type)});
      relation.columns.push_back(column);
    }
    by_name.emplace(std::pair{schema, relation.name}, relations.size());
    relations.push_back(std::move(relation));
  }
};

const Registry& All() {
  static const Registry kRegistry;
  return kRegistry;
}

struct TypeList {
  std::vector<std::string> lines = LinesOf(Types());
  std::vector<BuiltInType> types;

  TypeList() {
    for (const auto& line : lines) {
      BuiltInType type{.words = WordsOf(line)};
      type.oid = Number(type.words[0]);
      type.name = type.words[1];
      type.form = type.words[4].front();
      type.category = type.words[5].front();
      type.element = Number(type.words[8]);
      type.array = Number(type.words[9]);
      type.in_pg_catalog = type.words.back() == "t";
      types.push_back(std::move(type));
    }
  }
};

}  // namespace

std::vector<std::string> LinesOf(std::string_view data) {
  std::vector<std::string> lines;
  while (!data.empty()) {
    const auto end = std::min(data.find('\n'), data.size());
    const auto line = data.substr(0, end);
    data.remove_prefix(std::min(end + 1, data.size()));
    if (line.empty()) continue;
    if (line.front() == ' ' && !lines.empty()) {
      lines.back() += line;
    } else {
      lines.emplace_back(line);
    }
  }
  return lines;
}

std::vector<std::string_view> WordsOf(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const auto end = std::min(line.find(' '), line.size());
    if (end > 0) words.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

columnar::Type TypeOfColumn(std::string_view declared) {
  if (declared == "yes_or_no") return columnar::Varchar(3);
  if (declared.starts_with('_') && declared != "_pg_statistic") {
    return columnar::ArrayOf(TypeOfColumn(declared.substr(1)));
  }
  for (const auto& mapped : kMapped) {
    if (mapped.declared == declared) return {.kind = mapped.kind};
  }
  return {.kind = TypeKind::kText};
}

std::span<const Relation> Relations() {
  return All().relations;
}

const Relation* FindRelation(std::string_view schema, std::string_view name) {
  const auto& all = All();
  const auto found = all.by_name.find({schema.empty() ? kCatalogSchema : schema, name});
  return found == all.by_name.end() ? nullptr : &all.relations[found->second];
}

std::span<const BuiltInType> BuiltInTypes() {
  static const TypeList kTypes;
  return kTypes.types;
}

const BuiltInType* FindType(uint32_t oid) {
  const auto types = BuiltInTypes();
  const auto found = std::lower_bound(types.begin(), types.end(), oid,
                                      [](const BuiltInType& t, uint32_t o) { return t.oid < o; });
  return found == types.end() || found->oid != oid ? nullptr : &*found;
}

const BuiltInType* FindType(std::string_view name) {
  for (const auto& type : BuiltInTypes()) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

}  // namespace firn::sql::pg_catalog
