#include "catalog/version.h"

#include <algorithm>

#include "catalog/objects/schema.h"
#include "catalog/objects/sequence.h"
#include "catalog/objects/user_type.h"

namespace firn::catalog {
namespace {

Failure Changed(std::string_view what) {
  return Fail(MakeError(ErrorCode::kConflict, "could not serialize access due to concurrent update")
                  .WithSqlState("40001")
                  .WithRemedy(Remedy::kRetry)
                  .WithDetail(fmt::format("\"{}\" was changed by another session.", what)));
}

Failure NoTable(TableId id) {
  return Fail(MakeError(ErrorCode::kNotFound, "table does not exist any more: id={}", id)
                  .WithSqlState("42P01"));
}

Failure Taken(std::string_view noun, std::string_view name, std::string_view sqlstate) {
  return Fail(MakeError(ErrorCode::kAlreadyExists, "{} \"{}\" already exists", noun, name)
                  .WithSqlState(sqlstate));
}

/// A table with a column of the type, or of arrays of it; null: there is none.
const TableDefinition* TableWith(const Version::Tables& tables, uint32_t oid) {
  for (const auto& [id, table] : tables) {
    const auto& columns = table->columns.columns;
    const bool uses = std::any_of(columns.begin(), columns.end(),
                                  [&](const auto& one) { return one.type.user_type == oid; });
    if (uses) return table.get();
  }
  return nullptr;
}

}  // namespace

Version::Version() : Version({}, {{PublicSchema()->id, PublicSchema()}}) {}

Version::Version(Tables tables, Objects objects)
    : tables_(std::move(tables)), objects_(std::move(objects)) {
  for (const auto& [id, table] : tables_) table_names_[{table->schema, table->name}] = id;
  for (const auto& [id, object] : objects_) {
    const auto space = object->kind().name_space;
    if (!space.empty()) object_names_[{std::string(space), object->schema, object->name}] = id;
  }
}

std::shared_ptr<const TableDefinition> Version::FindTable(std::string_view schema,
                                                          std::string_view name) const {
  const auto found = table_names_.find(std::pair<std::string, std::string>(schema, name));
  return found == table_names_.end() ? nullptr : tables_.at(found->second);
}

std::shared_ptr<const TableDefinition> Version::FindTable(TableId id) const {
  const auto found = tables_.find(id);
  return found == tables_.end() ? nullptr : found->second;
}

ObjectPtr Version::FindObject(const Uuid& id) const {
  const auto found = objects_.find(id);
  return found == objects_.end() ? nullptr : found->second;
}

ObjectPtr Version::FindNamed(std::string_view name_space, std::string_view schema,
                             std::string_view name) const {
  const auto found =
      object_names_.find(Name(std::string(name_space), std::string(schema), std::string(name)));
  return found == object_names_.end() ? nullptr : objects_.at(found->second);
}

bool Version::HasSchema(std::string_view schema) const {
  return FindNamed(Schema::kKind.name_space, "", schema) != nullptr;
}

Result<std::shared_ptr<const Version>> Version::Apply(const Change& change) const {
  auto next = std::make_shared<Version>(*this);
  FIRN_RETURN_IF_ERROR(std::visit([&](const auto& one) { return next->Do(one); }, change));
  return std::shared_ptr<const Version>(std::move(next));
}

Result<std::shared_ptr<const Version>> Version::Replay(const Change& change) const {
  auto next = std::make_shared<Version>(*this);
  next->replaying_ = true;
  FIRN_RETURN_IF_ERROR(std::visit([&](const auto& one) { return next->Do(one); }, change));
  next->replaying_ = false;
  return std::shared_ptr<const Version>(std::move(next));
}

Status Version::CheckName(const ObjectKind& kind, const std::string& schema,
                          const std::string& name) const {
  if (!schema.empty() && !HasSchema(schema)) {
    return Fail(MakeError(ErrorCode::kNotFound, "schema \"{}\" does not exist", schema)
                    .WithSqlState("3F000"));
  }
  if (kind.name_space.empty()) return {};
  const bool table = kind.name_space == kRelationNames && FindTable(schema, name) != nullptr;
  if (table || FindNamed(kind.name_space, schema, name) != nullptr) {
    return Taken(kind.noun, name, kind.taken);
  }
  return {};
}

Status Version::CheckTableName(const TableDefinition& table) const {
  static const ObjectKind kTable = {.name = "table",
                                    .noun = "relation",
                                    .name_space = kRelationNames,
                                    .taken = "42P07",
                                    .missing = "42P01"};
  return CheckName(kTable, table.schema, table.name);
}

Status Version::CheckNothingDependsOn(const Uuid& id) const {
  for (const auto& [other, object] : objects_) {
    if (other == id) continue;
    const auto needs = object->DependsOn();
    if (std::find(needs.begin(), needs.end(), id) == needs.end()) continue;
    return Fail(
        MakeError(ErrorCode::kConflict, "cannot drop it because other objects depend on it")
            .WithSqlState("2BP01")
            .WithDetail(object->name.empty()
                            ? fmt::format("{} depend on it", object->kind().noun)
                            : fmt::format("{} {} depends on it", object->kind().name, object->name))
            .WithHint("Use DROP ... CASCADE to drop the dependent objects too."));
  }
  return {};
}

Status Version::CheckTypesOf(const TableDefinition& table) const {
  for (const auto& column : table.columns.columns) {
    const auto oid = column.type.user_type;
    if (oid == 0) continue;
    const auto types = All<UserType>();
    const bool there =
        std::any_of(types.begin(), types.end(), [&](const auto& type) { return type->oid == oid; });
    if (!there) return Changed(column.name);
  }
  return {};
}

/// Types that were made at once must not share an oid, and a label that a table may hold stays.
Status Version::CheckType(const UserType& next) const {
  for (const auto& other : All<UserType>()) {
    if (other->oid == next.oid && other->id != next.id) return Changed(other->name);
    if (other->id != next.id) continue;
    const auto stays = [&](const std::string& label) {
      return std::find(next.labels.begin(), next.labels.end(), label) != next.labels.end();
    };
    if (std::all_of(other->labels.begin(), other->labels.end(), stays)) continue;
    if (const auto* table = TableWith(tables_, next.oid)) return Changed(table->name);
  }
  return {};
}

Status Version::Do(const CreateTable& change) {
  FIRN_RETURN_IF_ERROR(CheckTypesOf(*change.table));
  FIRN_RETURN_IF_ERROR(CheckTableName(*change.table));
  tables_[change.table->id] = change.table;
  table_names_[{change.table->schema, change.table->name}] = change.table->id;
  return {};
}

Status Version::Do(const AlterTable& change) {
  const auto& table = *change.table;
  const auto before = FindTable(table.id);
  if (before == nullptr) return NoTable(table.id);
  const bool next = table.columns.id.value() == before->columns.id.value() + 1;
  const bool later = replaying_ && table.columns.id > before->columns.id;
  if (!next && !later) return Changed(before->name);
  FIRN_RETURN_IF_ERROR(CheckTypesOf(table));
  if (table.schema != before->schema || table.name != before->name) {
    FIRN_RETURN_IF_ERROR(CheckTableName(table));
    table_names_.erase({before->schema, before->name});
    table_names_[{table.schema, table.name}] = table.id;
  }
  tables_[table.id] = change.table;
  return {};
}

Status Version::Do(const DropTable& change) {
  const auto table = FindTable(change.table);
  if (table == nullptr) return NoTable(change.table);
  FIRN_RETURN_IF_ERROR(CheckNothingDependsOn(change.table.value()));
  EraseWhatBelongsTo(change.table.value());
  table_names_.erase({table->schema, table->name});
  tables_.erase(change.table);
  return {};
}

Status Version::Do(const TruncateTable& change) {
  if (FindTable(change.table) == nullptr) return NoTable(change.table);
  return {};
}

Status Version::Do(const PutObject& change) {
  const auto& object = *change.object;
  const auto& kind = object.kind();
  const auto before = FindObject(object.id);
  if (before != nullptr) {
    const bool later = replaying_ && object.revision > before->revision;
    const bool follows = kind.counter ? object.revision >= before->revision
                                      : object.revision == before->revision + 1;
    if (!follows && !later) return Changed(before->name);
  }
  const auto there = [this](const Uuid& id) {
    return id.is_nil() || FindObject(id) != nullptr || FindTable(TableId(id)) != nullptr;
  };
  auto needs = object.DependsOn();
  needs.push_back(object.BelongsTo());
  if (!std::all_of(needs.begin(), needs.end(), there)) return Changed(object.name);
  if (before == nullptr || before->schema != object.schema || before->name != object.name) {
    FIRN_RETURN_IF_ERROR(CheckName(kind, object.schema, object.name));
  }
  if (const auto* type = dynamic_cast<const UserType*>(&object)) {
    FIRN_RETURN_IF_ERROR(CheckType(*type));
  }
  if (before != nullptr) Erase(before);
  objects_[object.id] = change.object;
  if (!kind.name_space.empty()) {
    object_names_[{std::string(kind.name_space), object.schema, object.name}] = object.id;
  }
  return {};
}

Status Version::Do(const DropObject& change) {
  const auto object = FindObject(change.object);
  if (object == nullptr) {
    return Fail(MakeError(ErrorCode::kNotFound, "object does not exist any more: id={}",
                          change.object.ToString())
                    .WithSqlState("42704"));
  }
  FIRN_RETURN_IF_ERROR(CheckNothingDependsOn(change.object));
  if (&object->kind() == &Schema::kKind) {
    const auto inside = [&](const auto& one) { return one.second->schema == object->name; };
    if (std::any_of(tables_.begin(), tables_.end(), inside) ||
        std::any_of(objects_.begin(), objects_.end(), inside)) {
      return Fail(MakeError(ErrorCode::kConflict,
                            "cannot drop schema {} because other objects depend on it",
                            object->name)
                      .WithSqlState("2BP01")
                      .WithHint("Use DROP ... CASCADE to drop the dependent objects too."));
    }
  }
  if (const auto* type = dynamic_cast<const UserType*>(object.get())) {
    if (const auto* table = TableWith(tables_, type->oid)) return Changed(table->name);
  }
  EraseWhatBelongsTo(change.object);
  Erase(object);
  return {};
}

void Version::Erase(const ObjectPtr& object) {
  const auto space = object->kind().name_space;
  if (!space.empty()) object_names_.erase({std::string(space), object->schema, object->name});
  objects_.erase(object->id);
}

void Version::EraseWhatBelongsTo(const Uuid& id) {
  std::vector<ObjectPtr> gone;
  for (const auto& [other, object] : objects_) {
    if (object->BelongsTo() == id) gone.push_back(object);
  }
  for (const auto& object : gone) {
    EraseWhatBelongsTo(object->id);
    Erase(object);
  }
}

}  // namespace firn::catalog
