// sql: the catalog as PostgreSQL counts it: classes, attributes, constraints, each with an oid.
//
// Made of one version of the catalog (a transaction's own changes are in it). An object's oid
// follows from its UUID, so it is the same after a restart and on every server with the data; of
// two that fall on the same oid the later one gets the next free.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects/role.h"
#include "catalog/objects/user_type.h"
#include "catalog/version.h"
#include "columnar/types.h"
#include "sql/pg_catalog/relations.h"

namespace firn::sql {
struct SessionContext;
}  // namespace firn::sql

namespace firn::sql::pg_catalog {

using Oid = uint32_t;

inline constexpr Oid kOwner = 10;  // the role firn, which the system's own belongs to
inline constexpr std::string_view kOwnerName = "firn";
inline constexpr Oid kDatabase = 5;
inline constexpr Oid kCatalogNamespace = 11;
inline constexpr Oid kPublicNamespace = 2200;
inline constexpr Oid kInformationNamespace = 13207;
inline constexpr Oid kClassRelation = 1259;

struct Attribute {
  int number = 0;
  std::string name;
  Oid type = 0;
  int modifier = -1;
  bool not_null = false;
  char identity = 0;         // 'a' always, 'd' by default
  std::string default_text;  // as pg_get_expr prints it, or empty
  Oid default_oid = 0;
};

struct Class {
  Oid oid = 0;
  std::string schema;
  std::string name;
  char kind = 'r';
  Oid type = 0;  // of its rows; the array type is the next fact
  Oid array_type = 0;
  std::vector<Attribute> attributes;
  std::shared_ptr<const catalog::TableDefinition> table;
  catalog::ObjectPtr object;  // a view, a sequence
  Oid index_of = 0;           // of an index: the table
  const Relation* system = nullptr;
};

struct Constraint {
  Oid oid = 0;
  Oid index = 0;  // of a key
  Uuid of_table;
  const Class* of = nullptr;
  const catalog::Constraint* says = nullptr;
  std::vector<int> columns;  // attribute numbers
};

struct Role {
  Oid oid = 0;
  std::string name;
  catalog::RolePtr says;
};

/// Threads: immutable.
class Facts {
 public:
  /// Of the session's transaction; the same object while neither catalog, user nor search_path
  /// changes.
  static std::shared_ptr<const Facts> Of(const SessionContext& session);

  const catalog::Version& catalog() const { return *catalog_; }
  const std::vector<std::string>& search_path() const { return search_path_; }
  /// Whose rights count. Null: it was dropped.
  const catalog::RolePtr& role() const { return role_; }
  const std::string& database() const { return database_; }
  const std::vector<Role>& roles() const { return roles_; }
  const std::map<std::string, Oid>& namespaces() const { return namespaces_; }
  const std::vector<Class>& classes() const { return classes_; }
  const std::vector<Constraint>& constraints() const { return constraints_; }
  const std::vector<std::shared_ptr<const catalog::UserType>>& user_types() const {
    return user_types_;
  }
  /// Of the type, or of arrays of it. Null: there is none.
  const catalog::UserType* FindUserType(Oid oid) const;

  const Class* FindClass(Oid oid) const;
  /// Along search_path when the schema is not said.
  const Class* FindClass(std::string_view schema, std::string_view name) const;
  const Constraint* FindConstraint(Oid oid) const;
  std::string_view NamespaceName(Oid oid) const;
  Oid NamespaceOid(std::string_view schema) const;
  bool IsVisible(const Class& found) const;
  /// 0 for an object that is not in this version.
  Oid OidOf(const Uuid& object, std::string_view part = "") const;

 private:
  Facts(const SessionContext& session, std::shared_ptr<const catalog::Version> catalog);
  Oid Give(const Uuid& object, std::string_view part = "");
  void AddTable(const std::shared_ptr<const catalog::TableDefinition>& table);
  void AddConstraints();
  void AddObjects();
  void AddSystem();

  std::shared_ptr<const catalog::Version> catalog_;
  std::vector<std::string> search_path_;
  catalog::RolePtr role_;
  std::string database_;
  std::vector<Role> roles_;
  std::map<std::string, Oid> oids_;
  std::map<Oid, bool> taken_;
  std::map<std::string, Oid> namespaces_;
  std::vector<Class> classes_;
  std::map<Oid, size_t> by_oid_;
  std::map<std::pair<std::string, std::string>, size_t> by_name_;
  std::vector<Constraint> constraints_;
  std::vector<std::shared_ptr<const catalog::UserType>> user_types_;
};

/// pg_type.oid of a column's type, or of what its domain is over.
Oid TypeOid(const columnar::Type& type);

}  // namespace firn::sql::pg_catalog
