// catalog: the whole catalog at one moment. Versions are immutable and shared; a Change leads from
// one to the next.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "catalog/change.h"
#include "catalog/object.h"
#include "catalog/table_definition.h"

namespace firn::catalog {
class UserType;

/// Threads: immutable.
class Version {
 public:
  using Tables = std::map<TableId, std::shared_ptr<const TableDefinition>>;
  using Objects = std::map<Uuid, ObjectPtr>;

  /// A new catalog: no tables, the schema `public`.
  Version();
  Version(Tables tables, Objects objects);

  /// By exact (already case-folded) names; null when there is none.
  std::shared_ptr<const TableDefinition> FindTable(std::string_view schema,
                                                   std::string_view name) const;
  std::shared_ptr<const TableDefinition> FindTable(TableId id) const;
  bool HasSchema(std::string_view schema) const;
  const Tables& tables() const { return tables_; }

  ObjectPtr FindObject(const Uuid& id) const;
  /// By name within a name space ("relation", "type", "schema" …).
  ObjectPtr FindNamed(std::string_view name_space, std::string_view schema,
                      std::string_view name) const;
  const Objects& objects() const { return objects_; }

  /// An object of a kind: Find<View>("public", "v"). Null for one of another kind.
  template <typename T>
  std::shared_ptr<const T> Find(std::string_view schema, std::string_view name) const {
    return As<T>(FindNamed(T::kKind.name_space, schema, name));
  }
  template <typename T>
  std::shared_ptr<const T> Find(const Uuid& id) const {
    return As<T>(FindObject(id));
  }
  template <typename T>
  std::vector<std::shared_ptr<const T>> All() const {
    std::vector<std::shared_ptr<const T>> all;
    for (const auto& [id, object] : objects_) {
      if (&object->kind() == &T::kKind) all.push_back(std::static_pointer_cast<const T>(object));
    }
    return all;
  }

  /// The version after `change`. Errors: 42P07, 42710 … the name is taken, 3F000 no such schema,
  /// 42P01 no such table, 2BP01 something depends on it, 40001 (kRetry) it changed meanwhile.
  Result<std::shared_ptr<const Version>> Apply(const Change& change) const;
  /// The same of a record of the log: a definition is whole, so that it may also follow one that
  /// the log has lost (`firn wal salvage`).
  Result<std::shared_ptr<const Version>> Replay(const Change& change) const;

 private:
  using Name = std::tuple<std::string, std::string, std::string>;  // name space, schema, name

  template <typename T>
  static std::shared_ptr<const T> As(const ObjectPtr& object) {
    if (object == nullptr || &object->kind() != &T::kKind) return nullptr;
    return std::static_pointer_cast<const T>(object);
  }

  Status CheckName(const ObjectKind& kind, const std::string& schema,
                   const std::string& name) const;
  Status CheckTableName(const TableDefinition& table) const;
  Status CheckNothingDependsOn(const Uuid& id) const;
  Status CheckTypesOf(const TableDefinition& table) const;
  Status CheckType(const UserType& next) const;
  Status Do(const CreateTable& change);
  Status Do(const AlterTable& change);
  Status Do(const DropTable& change);
  Status Do(const TruncateTable& change);
  Status Do(const PutObject& change);
  Status Do(const DropObject& change);
  void Erase(const ObjectPtr& object);
  void EraseWhatBelongsTo(const Uuid& id);

  bool replaying_ = false;  // while a change is being done
  Tables tables_;
  Objects objects_;
  std::map<std::pair<std::string, std::string>, TableId, std::less<>> table_names_;
  std::map<Name, Uuid, std::less<>> object_names_;
};

}  // namespace firn::catalog
