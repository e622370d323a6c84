#include "sql/user_types.h"

#include "sql/ident.h"
#include "sql/relation_names.h"
#include "sql/session_context.h"

namespace firn::sql {

using catalog::UserType;

std::shared_ptr<const UserTypes> UserTypes::Of(const SessionContext& session) {
  return std::make_shared<const UserTypes>(session.transaction.view().catalog, UsablePath(session));
}

UserTypePtr UserTypes::Find(std::string_view schema, std::string_view name) const {
  for (const auto& one : pinned_) {
    if (one.schema == schema && one.name == name) return one.type;
  }
  const auto in = [&](std::string_view one) {
    return std::dynamic_pointer_cast<const UserType>(
        catalog_->FindNamed(UserType::kKind.name_space, std::string(one), std::string(name)));
  };
  if (!schema.empty()) return in(schema);
  for (const auto& one : search_path_) {
    if (auto found = in(one)) return found;
  }
  return nullptr;
}

std::shared_ptr<const UserTypes> UserTypes::With(std::vector<Pinned> pinned) const {
  auto types = std::make_shared<UserTypes>(*this);
  types->pinned_ = std::move(pinned);
  return types;
}

UserTypePtr UserTypes::Find(uint32_t oid) const {
  if (oid == 0) return nullptr;
  for (const auto& type : catalog_->All<UserType>()) {
    if (type->oid == oid || type->oid + 1 == oid) return type;
  }
  return nullptr;
}

std::string UserTypes::Shown(uint32_t oid) const {
  const auto type = Find(oid);
  if (type == nullptr) return "enum";
  const auto name = DisplayIdentifier(type->name);
  const bool visible = Find("", type->name) == type;
  return visible ? name : DisplayIdentifier(type->schema) + "." + name;
}

std::optional<columnar::Type> UserTypes::TypeOf(uint32_t oid) const {
  const auto found = Find(oid);
  if (found == nullptr) return std::nullopt;
  auto type = AsColumnType(*found);
  return oid == found->oid ? type : columnar::ArrayOf(type);
}

columnar::Type AsColumnType(const UserType& type) {
  if (type.form == UserType::Form::kEnum) return columnar::Enum(type.oid);
  auto base = type.base;
  base.user_type = type.oid;
  return base;
}

Error NoSuchLabel(std::string_view type, std::string_view label) {
  return MakeError(ErrorCode::kInvalidInput, "invalid input value for enum {}: \"{}\"", type, label)
      .WithSqlState("22P02");
}

}  // namespace firn::sql
