// sql: small results written down as text, made into a batch of their types: system relations,
// SHOW, EXPLAIN.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "columnar/text_style.h"
#include "columnar/types.h"

namespace firn::sql {

/// A row's values in the text form of their types; nullopt is NULL.
using TextRow = std::vector<std::optional<std::string>>;

Result<std::shared_ptr<arrow::RecordBatch>> BatchOfTextRows(
    const std::vector<columnar::Field>& fields, const std::vector<TextRow>& rows);

/// A schema of the fields, all nullable.
std::shared_ptr<arrow::Schema> SchemaOfFields(const std::vector<columnar::Field>& fields);

/// "2026-01-31 12:00:00.123456+00"; nullopt for 0.
std::optional<std::string> TimestampText(int64_t us, const columnar::TextStyle& style = {});

}  // namespace firn::sql
