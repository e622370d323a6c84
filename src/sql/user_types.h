// sql: the enums and domains of the transaction, by name and by oid.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/objects/user_type.h"
#include "catalog/version.h"

namespace firn::sql {
struct SessionContext;

using UserTypePtr = std::shared_ptr<const catalog::UserType>;

/// Threads: immutable.
class UserTypes {
 public:
  UserTypes(std::shared_ptr<const catalog::Version> catalog, std::vector<std::string> search_path)
      : catalog_(std::move(catalog)), search_path_(std::move(search_path)) {}

  /// Of the session's transaction.
  static std::shared_ptr<const UserTypes> Of(const SessionContext& session);

  /// Along search_path when the schema is not said. Null: there is none.
  UserTypePtr Find(std::string_view schema, std::string_view name) const;
  /// Of the type, or of the arrays of it.
  UserTypePtr Find(uint32_t oid) const;
  /// As PostgreSQL writes its name in messages: with the schema unless that is on search_path.
  std::string Shown(uint32_t oid) const;
  /// As a column's type: an enum, or what a domain is over. An array if the oid is an array's.
  std::optional<columnar::Type> TypeOf(uint32_t oid) const;

 private:
  std::shared_ptr<const catalog::Version> catalog_;
  std::vector<std::string> search_path_;
};

/// An enum, or a domain over its base type.
columnar::Type AsColumnType(const catalog::UserType& type);

/// 22P02 with PostgreSQL's words.
Error NoSuchLabel(std::string_view type, std::string_view label);

}  // namespace firn::sql
