// catalog: what the catalog holds besides tables: schemas, views, sequences, comments, types …
//
// Every such thing is an Object: an id for life, a place among the names, and a body that only
// its kind knows. A new kind is one small file in objects/: a class, and an ObjectKind that names
// it and reads it back; object_kinds.cc lists them. Log, store and Version treat all alike.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "base/uuid.h"

namespace firn::catalog {

struct ObjectKind;

/// Threads: immutable once it is in a Version.
class Object {
 public:
  Object() = default;
  Object(const Object&) = default;
  Object& operator=(const Object&) = default;
  virtual ~Object() = default;

  virtual const ObjectKind& kind() const = 0;
  /// The members of its own; id, schema, name and revision are written by the caller.
  virtual void WriteBody(nlohmann::json& json) const = 0;
  /// Tables and objects that must be there as long as this is.
  virtual std::vector<Uuid> DependsOn() const { return {}; }
  /// The table or object with which it goes; nil: none.
  virtual Uuid BelongsTo() const { return {}; }

  Uuid id;
  std::string schema;  // empty: it lives in none
  std::string name;
  /// +1 with every change: two sessions that change it at once do not overwrite one another.
  uint32_t revision = 1;
};

using ObjectPtr = std::shared_ptr<const Object>;

/// What is the same for all objects of a kind.
struct ObjectKind {
  std::string_view name;        // in the log and the store: "view"
  std::string_view noun;        // in messages: "relation \"v\" already exists"
  std::string_view name_space;  // kinds with the same one share names; "relation": with tables too
  std::string_view taken;       // SQLSTATE when the name is taken
  std::string_view missing;     // SQLSTATE when there is none of that name
  /// A counter: replaced at will, as long as its revision does not fall.
  bool counter = false;
  /// Reads what WriteBody wrote. May throw nlohmann::json::exception.
  Result<std::shared_ptr<Object>> (*read)(const nlohmann::json& json) = nullptr;
};

inline constexpr std::string_view kRelationNames = "relation";

/// All kinds there are.
std::span<const ObjectKind* const> ObjectKinds();

/// {"v": 1, "kind": "view", "id": …, "schema", "name", "revision", and the body's members}.
std::string ToJson(const Object& object);
/// kCorrupt for what this release does not know.
Result<ObjectPtr> ObjectFromJson(std::string_view json);

}  // namespace firn::catalog
