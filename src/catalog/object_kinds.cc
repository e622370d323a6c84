#include <array>

#include <nlohmann/json.hpp>

#include "catalog/object.h"
#include "catalog/objects/comment.h"
#include "catalog/objects/rights.h"
#include "catalog/objects/role.h"
#include "catalog/objects/schema.h"
#include "catalog/objects/sequence.h"
#include "catalog/objects/user_type.h"
#include "catalog/objects/view.h"

namespace firn::catalog {

std::span<const ObjectKind* const> ObjectKinds() {
  static const std::array kKinds = {
      &Schema::kKind,   &View::kKind, &Sequence::kKind, &SequenceState::kKind, &Comment::kKind,
      &UserType::kKind, &Role::kKind, &Rights::kKind,   &DefaultRights::kKind,
  };
  return kKinds;
}

std::string ToJson(const Object& object) {
  nlohmann::json json = {{"v", 1},
                         {"kind", object.kind().name},
                         {"id", object.id.ToString()},
                         {"name", object.name},
                         {"revision", object.revision}};
  if (!object.schema.empty()) json["schema"] = object.schema;
  object.WriteBody(json);
  return json.dump();
}

Result<ObjectPtr> ObjectFromJson(std::string_view json) {
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  try {
    const auto named = parsed.at("kind").get<std::string>();
    if (parsed.at("v").get<int>() != 1) {
      return Fail(ErrorCode::kCorrupt, "catalog object of an unknown version: v={}",
                  parsed.at("v").dump());
    }
    for (const auto* kind : ObjectKinds()) {
      if (kind->name != named) continue;
      FIRN_TRY(auto object, kind->read(parsed));
      FIRN_TRY(object->id, ParseUuid(parsed.at("id").get<std::string>()));
      object->schema = parsed.value("schema", "");
      object->name = parsed.at("name").get<std::string>();
      object->revision = parsed.at("revision").get<uint32_t>();
      return ObjectPtr(std::move(object));
    }
    return Fail(ErrorCode::kCorrupt, "catalog object of an unknown kind: \"{}\"", named);
  } catch (const nlohmann::json::exception& error) {
    return Fail(ErrorCode::kCorrupt, "not a catalog object: {}", error.what());
  }
}

}  // namespace firn::catalog
