#include "catalog/table_definition.h"

#include <array>

#include <nlohmann/json.hpp>

namespace firn::catalog {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 4> kConstraintKinds = {"check", "primary_key", "unique",
                                                              "foreign_key"};
constexpr std::array<std::string_view, 3> kSequenceForms = {"default", "always", "by_default"};

template <typename Enum, size_t N>
Result<Enum> Named(const std::array<std::string_view, N>& names, const std::string& name) {
  for (size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return Fail(ErrorCode::kCorrupt, "unknown word in a table definition: \"{}\"", name);
}

Json ConstraintsToJson(const TableDefinition& table) {
  Json all = Json::array();
  for (const auto& constraint : table.constraints) {
    Json columns = Json::array();
    for (const auto column : constraint.columns) columns.push_back(column.value());
    Json one = {{"kind", kConstraintKinds[static_cast<size_t>(constraint.kind)]},
                {"name", constraint.name},
                {"columns", std::move(columns)}};
    if (!constraint.expression.empty()) one["expression"] = constraint.expression;
    if (!constraint.enforced) one["enforced"] = false;
    all.push_back(std::move(one));
  }
  return all;
}

Status ReadConstraints(const Json& json, TableDefinition& table) {
  for (const auto& one : json) {
    Constraint constraint{.name = one.at("name").get<std::string>(),
                          .expression = one.value("expression", ""),
                          .enforced = one.value("enforced", true)};
    FIRN_TRY(constraint.kind,
             Named<Constraint::Kind>(kConstraintKinds, one.at("kind").get<std::string>()));
    for (const auto& column : one.at("columns")) {
      constraint.columns.emplace_back(column.get<int32_t>());
    }
    table.constraints.push_back(std::move(constraint));
  }
  return {};
}

Json SequencesToJson(const TableDefinition& table) {
  Json all = Json::array();
  for (const auto& [column, use] : table.sequences) {
    all.push_back({{"column", column.value()},
                   {"sequence", use.sequence.ToString()},
                   {"form", kSequenceForms[static_cast<size_t>(use.form)]}});
  }
  return all;
}

Status ReadSequences(const Json& json, TableDefinition& table) {
  for (const auto& one : json) {
    ColumnSequence use;
    FIRN_TRY(use.sequence, ParseUuid(one.at("sequence").get<std::string>()));
    FIRN_TRY(use.form,
             Named<ColumnSequence::Form>(kSequenceForms, one.at("form").get<std::string>()));
    table.sequences[FieldId(one.at("column").get<int32_t>())] = use;
  }
  return {};
}

// Percent-encoding would be decoded by readers that take the path as a URI.
std::string PathSafe(std::string_view name) {
  std::string safe(name);
  for (char& c : safe) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != '-') c = '_';
  }
  return safe;
}

}  // namespace

SharedArrowSchema& SharedArrowSchema::operator=(const SharedArrowSchema& other) {
  if (this == &other) return *this;
  const std::lock_guard lock(mutex_);
  schema_ = nullptr;
  return *this;
}

std::shared_ptr<arrow::Schema> SharedArrowSchema::Of(const columnar::TableSchema& columns) const {
  const std::lock_guard lock(mutex_);
  if (schema_ == nullptr) schema_ = columnar::ArrowSchema(columns);
  return schema_;
}

const Constraint* TableDefinition::PrimaryKey() const {
  for (const auto& constraint : constraints) {
    if (constraint.kind == Constraint::Kind::kPrimaryKey) return &constraint;
  }
  return nullptr;
}

const Constraint* TableDefinition::FindConstraint(std::string_view constraint) const {
  for (const auto& one : constraints) {
    if (one.name == constraint) return &one;
  }
  return nullptr;
}

int TableDefinition::IndexOf(FieldId column) const {
  for (size_t i = 0; i < columns.columns.size(); ++i) {
    if (columns.columns[i].id == column) return static_cast<int>(i);
  }
  return -1;
}

std::string TableFolder(std::string_view database, const TableDefinition& table) {
  return fmt::format("{}/{}/{}-{}", PathSafe(database), PathSafe(table.schema),
                     PathSafe(table.name), table.id.value().ShortId());
}

std::string ToJson(const TableDefinition& table) {
  Json json = {{"v", 1},
               {"id", table.id.value().ToString()},
               {"schema", table.schema},
               {"name", table.name},
               {"columns", Json::parse(columnar::ToJson(table.columns))},
               {"options", table.options},
               {"folder", table.folder}};
  if (!table.constraints.empty()) json["constraints"] = ConstraintsToJson(table);
  if (!table.sequences.empty()) json["sequences"] = SequencesToJson(table);
  return json.dump();
}

Result<TableDefinition> TableDefinitionFromJson(std::string_view json) {
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  try {
    if (parsed.at("v").get<int>() != 1) {
      return Fail(ErrorCode::kCorrupt, "table definition of an unknown version: v={}",
                  parsed.at("v").dump());
    }
    TableDefinition table;
    FIRN_TRY(const auto id, ParseUuid(parsed.at("id").get<std::string>()));
    table.id = TableId(id);
    table.schema = parsed.at("schema").get<std::string>();
    table.name = parsed.at("name").get<std::string>();
    FIRN_TRY(table.columns, columnar::TableSchemaFromJson(parsed.at("columns").dump()));
    table.options = parsed.at("options").get<std::map<std::string, std::string>>();
    table.folder = parsed.at("folder").get<std::string>();
    if (parsed.contains("constraints")) {
      FIRN_RETURN_IF_ERROR(ReadConstraints(parsed["constraints"], table));
    }
    if (parsed.contains("sequences")) {
      FIRN_RETURN_IF_ERROR(ReadSequences(parsed["sequences"], table));
    }
    return table;
  } catch (const nlohmann::json::exception& error) {
    return Fail(ErrorCode::kCorrupt, "not a table definition: {}", error.what());
  }
}

}  // namespace firn::catalog
