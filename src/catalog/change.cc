#include "catalog/change.h"

#include <nlohmann/json.hpp>

namespace firn::catalog {
namespace {

constexpr std::string_view kCreateTable = "create_table";
constexpr std::string_view kAlterTable = "alter_table";
constexpr std::string_view kDropTable = "drop_table";
constexpr std::string_view kTruncateTable = "truncate_table";
constexpr std::string_view kPutObject = "put_object";
constexpr std::string_view kDropObject = "drop_object";

template <typename... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <typename... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;  // clang 16 does not deduce it for aggregates

std::string Nothing() {
  return nlohmann::json{{"v", 1}}.dump();
}

Result<std::shared_ptr<const TableDefinition>> ReadTable(std::string_view json) {
  FIRN_TRY(auto definition, TableDefinitionFromJson(json));
  return std::make_shared<const TableDefinition>(std::move(definition));
}

}  // namespace

TableId TableOf(const Change& change) {
  return std::visit(Overloaded{[](const CreateTable& create) { return create.table->id; },
                               [](const AlterTable& alter) { return alter.table->id; },
                               [](const DropTable& drop) { return drop.table; },
                               [](const TruncateTable& truncate) { return truncate.table; },
                               [](const PutObject& put) { return TableId(put.object->id); },
                               [](const DropObject& drop) { return TableId(drop.object); }},
                    change);
}

std::string_view KindOf(const Change& change) {
  return std::visit(Overloaded{[](const CreateTable&) { return kCreateTable; },
                               [](const AlterTable&) { return kAlterTable; },
                               [](const DropTable&) { return kDropTable; },
                               [](const TruncateTable&) { return kTruncateTable; },
                               [](const PutObject&) { return kPutObject; },
                               [](const DropObject&) { return kDropObject; }},
                    change);
}

std::string ToJson(const Change& change) {
  return std::visit(Overloaded{[](const CreateTable& create) { return ToJson(*create.table); },
                               [](const AlterTable& alter) { return ToJson(*alter.table); },
                               [](const DropTable&) { return Nothing(); },
                               [](const TruncateTable&) { return Nothing(); },
                               [](const PutObject& put) { return ToJson(*put.object); },
                               [](const DropObject&) { return Nothing(); }},
                    change);
}

Result<Change> ChangeFromJson(std::string_view kind, TableId table, std::string_view json) {
  if (kind == kCreateTable) {
    FIRN_TRY(auto definition, ReadTable(json));
    return Change(CreateTable{std::move(definition)});
  }
  if (kind == kAlterTable) {
    FIRN_TRY(auto definition, ReadTable(json));
    return Change(AlterTable{std::move(definition)});
  }
  if (kind == kPutObject) {
    FIRN_TRY(auto object, ObjectFromJson(json));
    return Change(PutObject{std::move(object)});
  }
  if (kind == kDropTable) return Change(DropTable{table});
  if (kind == kTruncateTable) return Change(TruncateTable{table});
  if (kind == kDropObject) return Change(DropObject{table.value()});
  return Fail(ErrorCode::kCorrupt, "catalog record of an unknown kind: \"{}\"", kind);
}

}  // namespace firn::catalog
