#include "lake/avro/schema.h"

#include <array>
#include <map>

#include <nlohmann/json.hpp>

#include "lake/json_integer_internal.h"

namespace firn::lake::avro {
namespace {

using Json = nlohmann::json;

struct NamedKind {
  std::string_view name;
  Kind kind;
};
constexpr std::array kPrimitives = {
    NamedKind{"null", Kind::kNull},   NamedKind{"boolean", Kind::kBoolean},
    NamedKind{"int", Kind::kInt},     NamedKind{"long", Kind::kLong},
    NamedKind{"float", Kind::kFloat}, NamedKind{"double", Kind::kDouble},
    NamedKind{"bytes", Kind::kBytes}, NamedKind{"string", Kind::kString},
};
constexpr int kDepthMax = 64;
// Named types may lie in one another by reference, past any depth of the text.
constexpr size_t kNamedMax = 1000;

// Parses one schema; keeps the named types seen so far.
class Parser {
 public:
  Result<SchemaPtr> Parse(const Json& json, int depth) {
    if (depth > kDepthMax) return Fail(ErrorCode::kCorrupt, "Avro schema is nested too deeply");
    if (json.is_string()) return ByName(json.get<std::string>());
    if (json.is_array()) return Union(json, depth);
    const auto& type = json.at("type");
    if (!type.is_string()) return Parse(type, depth + 1);
    const auto name = type.get<std::string>();
    if (name == "record") return Record(json, depth);
    auto schema = std::make_shared<Schema>();
    if (name == "array" || name == "map") {
      schema->kind = name == "array" ? Kind::kArray : Kind::kMap;
      FIRN_TRY(schema->items, Parse(json.at(name == "array" ? "items" : "values"), depth + 1));
      return SchemaPtr(std::move(schema));
    }
    if (name == "fixed") {
      schema->kind = Kind::kFixed;
      schema->fixed_size = IntegerOf<uint32_t>(json.at("size"));
      return Remember(json, std::move(schema));
    }
    if (name == "enum") {
      schema->kind = Kind::kEnum;
      return Remember(json, std::move(schema));
    }
    return ByName(name);
  }

 private:
  Result<SchemaPtr> ByName(const std::string& name) const {
    for (const auto& primitive : kPrimitives) {
      if (primitive.name != name) continue;
      auto schema = std::make_shared<Schema>();
      schema->kind = primitive.kind;
      return SchemaPtr(std::move(schema));
    }
    const auto found = named_.find(name);
    if (found == named_.end()) return Fail(ErrorCode::kCorrupt, "unknown Avro type: {}", name);
    return found->second;
  }

  Result<SchemaPtr> Union(const Json& json, int depth) {
    auto schema = std::make_shared<Schema>();
    schema->kind = Kind::kUnion;
    for (const auto& one : json) {
      FIRN_TRY(auto branch, Parse(one, depth + 1));
      schema->branches.push_back(std::move(branch));
    }
    return SchemaPtr(std::move(schema));
  }

  Result<SchemaPtr> Record(const Json& json, int depth) {
    auto schema = std::make_shared<Schema>();
    schema->kind = Kind::kRecord;
    for (const auto& one : json.at("fields")) {
      FIRN_TRY(auto type, Parse(one.at("type"), depth + 1));
      schema->fields.push_back({.name = one.at("name").get<std::string>(),
                                .id = IntegerOr<int>(one, "field-id", -1),
                                .type = std::move(type)});
    }
    return Remember(json, std::move(schema));
  }

  // Under both names, so that a reference with or without its namespace is found.
  Result<SchemaPtr> Remember(const Json& json, std::shared_ptr<Schema> schema) {
    const SchemaPtr done = std::move(schema);
    const auto name = json.at("name").get<std::string>();
    if (named_.size() >= kNamedMax) return Fail(ErrorCode::kCorrupt, "too many named Avro types");
    named_[name] = done;
    const auto space = json.value("namespace", "");
    if (!space.empty()) named_[space + "." + name] = done;
    return done;
  }

  std::map<std::string, SchemaPtr> named_;
};

}  // namespace

Result<SchemaPtr> ParseSchema(std::string_view json) {
  try {
    return Parser().Parse(Json::parse(json), 0);
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kCorrupt, "not an Avro schema: {}", error.what());
  }
}

}  // namespace firn::lake::avro
