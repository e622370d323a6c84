#include "catalog/objects/comment.h"

#include <nlohmann/json.hpp>

namespace firn::catalog {

const ObjectKind Comment::kKind = {
    .name = "comment",
    .noun = "comment",
    .name_space = "",
    .taken = "42710",
    .missing = "42704",
    .counter = true,
    .read = [](const nlohmann::json& json) -> Result<std::shared_ptr<Object>> {
      auto comment = std::make_shared<Comment>();
      FIRN_TRY(comment->target, ParseUuid(json.at("target").get<std::string>()));
      comment->column = FieldId(json.at("column").get<int32_t>());
      comment->text = json.at("text").get<std::string>();
      return comment;
    }};

void Comment::WriteBody(nlohmann::json& json) const {
  json["target"] = target.ToString();
  json["column"] = column.value();
  json["text"] = text;
}

Uuid CommentIdOf(const Uuid& target, FieldId column) {
  Uuid id = target;
  id.bytes.front() ^= 0x40;
  const auto number = static_cast<uint32_t>(column.value());
  for (size_t i = 0; i < sizeof(number); ++i) {
    id.bytes[1 + i] ^= static_cast<uint8_t>(number >> (8 * i));
  }
  return id;
}

}  // namespace firn::catalog
