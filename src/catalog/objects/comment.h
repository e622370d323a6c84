// catalog: COMMENT ON. One object per thing commented, whose id follows from the thing's.
#pragma once

#include "base/ids.h"
#include "catalog/object.h"

namespace firn::catalog {

class Comment final : public Object {
 public:
  static const ObjectKind kKind;
  const ObjectKind& kind() const override { return kKind; }
  void WriteBody(nlohmann::json& json) const override;
  Uuid BelongsTo() const override { return target; }

  Uuid target;     // a table or an object
  FieldId column;  // of a table; 0: the whole
  std::string text;
};

Uuid CommentIdOf(const Uuid& target, FieldId column);

}  // namespace firn::catalog
