// catalog: sequences. What CREATE SEQUENCE says is one object, how far values have been given out
// another: nextval moves the second without getting in the way of ALTER SEQUENCE.
#pragma once

#include <optional>

#include "base/ids.h"
#include "catalog/object.h"
#include "columnar/types.h"

namespace firn::catalog {

class Sequence final : public Object {
 public:
  static const ObjectKind kKind;
  const ObjectKind& kind() const override { return kKind; }
  void WriteBody(nlohmann::json& json) const override;
  Uuid BelongsTo() const override;

  columnar::TypeKind type = columnar::TypeKind::kInt8;  // or kInt4, kInt2
  int64_t start = 1;
  int64_t increment = 1;
  int64_t minimum = 1;
  int64_t maximum = INT64_MAX;
  int64_t cache = 1;
  bool cycle = false;
  /// OWNED BY: dropped with the column.
  struct Owner {
    TableId table;
    FieldId column;
    bool identity = false;  // GENERATED … AS IDENTITY rather than serial
    bool operator==(const Owner&) const = default;
  };
  std::optional<Owner> owner;
};

/// Values up to `last_value` may have been given out. Its id is StateIdOf(sequence); the revision
/// counts RESTARTs.
class SequenceState final : public Object {
 public:
  static const ObjectKind kKind;
  const ObjectKind& kind() const override { return kKind; }
  void WriteBody(nlohmann::json& json) const override;
  Uuid BelongsTo() const override { return sequence; }

  Uuid sequence;
  int64_t last_value = 1;
  bool is_called = false;  // false: last_value is the next one
};

Uuid StateIdOf(const Uuid& sequence);

}  // namespace firn::catalog
