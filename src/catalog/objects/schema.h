// catalog: CREATE SCHEMA. `public` is there from the beginning, and may be dropped.
#pragma once

#include "catalog/object.h"

namespace firn::catalog {

class Schema final : public Object {
 public:
  static const ObjectKind kKind;
  const ObjectKind& kind() const override { return kKind; }
  void WriteBody(nlohmann::json& json) const override;
};

/// The schema `public` as a new catalog has it.
ObjectPtr PublicSchema();

}  // namespace firn::catalog
