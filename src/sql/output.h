// sql: how a session's answers reach its client. sql owns this interface; the server puts a
// protocol behind it (the shape is that of net/session.h, which sql does not know).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/type_fwd.h>

#include "base/result.h"
#include "base/task.h"
#include "columnar/text_style.h"
#include "columnar/types.h"

namespace firn::sql {

enum class Format : int16_t { kText = 0, kBinary = 1 };

/// One parameter value of Bind; nullopt is NULL.
struct ParameterValue {
  Format format = Format::kText;
  std::optional<std::string> bytes;
};

/// Each call may suspend while the client is slow.
/// Failure: kIo when the client is gone: stop what you are doing.
class Output {
 public:
  virtual ~Output() = default;
  /// Before the first rows of a simple query; not called for Execute (Describe told the client).
  virtual Task<Status> Describe(const std::vector<columnar::Field>& fields, Format format) = 0;
  /// How the values of rows that follow are written as text; null: as the default.
  virtual void UseStyle(std::shared_ptr<const columnar::TextStyle> style) = 0;
  /// Columns have the Arrow types of `fields` (columnar::ArrowType).
  virtual Task<Status> Rows(const std::vector<columnar::Field>& fields,
                            std::shared_ptr<arrow::RecordBatch> batch) = 0;
  /// "INSERT 0 5", "SELECT 10", "COPY 7", "CREATE TABLE".
  virtual Task<Status> Complete(std::string tag) = 0;
  virtual Task<Status> EmptyQuery() = 0;
  /// Execute stopped at its row limit.
  virtual Task<Status> Suspended() = 0;
  /// A warning when its SQLSTATE is of class 01 or 25, else a notice.
  virtual Task<Status> Notice(Error notice) = 0;
  virtual Task<Status> ParameterStatus(std::string name, std::string value) = 0;

  /// COPY FROM STDIN: CopyInResponse, then CopyData until the end (nullopt), valid until the
  /// next call. A CopyFail of the client is an error with SQLSTATE 57014; a client that went away
  /// is kIo.
  virtual Task<Status> BeginCopyIn(Format format, size_t columns) = 0;
  virtual Task<Result<std::optional<std::string_view>>> ReadCopyData() = 0;
  /// COPY TO STDOUT.
  virtual Task<Status> BeginCopyOut(Format format, size_t columns) = 0;
  virtual Task<Status> CopyOutData(std::string data) = 0;
  virtual Task<Status> EndCopyOut() = 0;
};

inline Error MakeNotice(std::string_view sqlstate, std::string message) {
  Error notice;
  notice.sqlstate = sqlstate;
  notice.message = std::move(message);
  return notice;
}

}  // namespace firn::sql
