// catalog: CREATE TYPE … AS ENUM and CREATE DOMAIN.
#pragma once

#include "base/ids.h"
#include "catalog/object.h"
#include "columnar/types.h"

namespace firn::catalog {

class UserType final : public Object {
 public:
  static const ObjectKind kKind;
  const ObjectKind& kind() const override { return kKind; }
  void WriteBody(nlohmann::json& json) const override;

  enum class Form : uint8_t { kEnum, kDomain };
  Form form = Form::kEnum;
  /// pg_type.oid; that of the array type is the next.
  uint32_t oid = 0;

  /// An enum's labels in their order.
  std::vector<std::string> labels;

  /// A domain's base type and what its values must satisfy.
  columnar::Type base;
  bool not_null = false;
  std::string default_sql;
  struct Check {
    std::string name;
    std::string expression;  // over VALUE
    bool operator==(const Check&) const = default;
  };
  std::vector<Check> checks;
};

}  // namespace firn::catalog
