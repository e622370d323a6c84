#include "catalog/version.h"

#include <nlohmann/json.hpp>

namespace firn::catalog {
namespace {

constexpr std::string_view kCreateTable = "create_table";
constexpr std::string_view kDropTable = "drop_table";

template <typename... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <typename... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;  // clang 16 does not deduce it for aggregates

}  // namespace

TableId TableOf(const Change& change) {
  return std::visit(Overloaded{[](const CreateTable& create) { return create.table->id; },
                               [](const DropTable& drop) { return drop.table; }},
                    change);
}

std::string_view KindOf(const Change& change) {
  return std::holds_alternative<CreateTable>(change) ? kCreateTable : kDropTable;
}

std::string ToJson(const Change& change) {
  return std::visit(Overloaded{[](const CreateTable& create) { return ToJson(*create.table); },
                               [](const DropTable&) {
                                 return nlohmann::json{{"v", 1}}.dump();
                               }},
                    change);
}

Result<Change> ChangeFromJson(std::string_view kind, TableId table, std::string_view json) {
  if (kind == kCreateTable) {
    FIRN_TRY(auto definition, TableDefinitionFromJson(json));
    return Change(CreateTable{std::make_shared<const TableDefinition>(std::move(definition))});
  }
  if (kind == kDropTable) return Change(DropTable{table});
  return Fail(ErrorCode::kCorrupt, "catalog record of an unknown kind: \"{}\"", kind);
}

Version::Version(Tables tables) : tables_(std::move(tables)) {
  for (const auto& [id, table] : tables_) by_name_[{table->schema, table->name}] = id;
}

std::shared_ptr<const TableDefinition> Version::FindTable(std::string_view schema,
                                                          std::string_view name) const {
  const auto found = by_name_.find(std::pair<std::string, std::string>(schema, name));
  return found == by_name_.end() ? nullptr : tables_.at(found->second);
}

std::shared_ptr<const TableDefinition> Version::FindTable(TableId id) const {
  const auto found = tables_.find(id);
  return found == tables_.end() ? nullptr : found->second;
}

bool Version::HasSchema(std::string_view schema) const {
  return schema == kDefaultSchema;
}

Result<std::shared_ptr<const Version>> Version::Apply(const Change& change) const {
  auto tables = tables_;
  if (const auto* create = std::get_if<CreateTable>(&change)) {
    const auto& table = create->table;
    if (!HasSchema(table->schema)) {
      return Fail(MakeError(ErrorCode::kNotFound, "schema \"{}\" does not exist", table->schema)
                      .WithSqlState("3F000"));
    }
    if (FindTable(table->schema, table->name) != nullptr) {
      return Fail(
          MakeError(ErrorCode::kAlreadyExists, "relation \"{}\" already exists", table->name)
              .WithSqlState("42P07"));
    }
    tables[table->id] = table;
  } else {
    const auto id = std::get<DropTable>(change).table;
    if (tables.erase(id) == 0) {
      return Fail(MakeError(ErrorCode::kNotFound, "table does not exist any more: id={}", id)
                      .WithSqlState("42P01"));
    }
  }
  return std::make_shared<const Version>(std::move(tables));
}

}  // namespace firn::catalog
