#include "engine/scalar_function.h"

#include <array>
#include <exception>

#include "engine/call_limits.h"
#include "engine/duckdb_handles_internal.h"
#include "engine/error_classes.h"
#include "engine/scalar_function_internal.h"

namespace firn::engine {
namespace {

using OwnedScalarFunction = Owned<duckdb_scalar_function, duckdb_destroy_scalar_function>;

struct KindRow {
  VectorKind kind;
  duckdb_type id;
};
constexpr std::array kKinds = {
    KindRow{VectorKind::kBool, DUCKDB_TYPE_BOOLEAN},
    KindRow{VectorKind::kInt16, DUCKDB_TYPE_SMALLINT},
    KindRow{VectorKind::kInt32, DUCKDB_TYPE_INTEGER},
    KindRow{VectorKind::kInt64, DUCKDB_TYPE_BIGINT},
    KindRow{VectorKind::kInt128, DUCKDB_TYPE_HUGEINT},
    KindRow{VectorKind::kFloat, DUCKDB_TYPE_FLOAT},
    KindRow{VectorKind::kDouble, DUCKDB_TYPE_DOUBLE},
    KindRow{VectorKind::kDecimal, DUCKDB_TYPE_DECIMAL},
    KindRow{VectorKind::kText, DUCKDB_TYPE_VARCHAR},
    KindRow{VectorKind::kBlob, DUCKDB_TYPE_BLOB},
    KindRow{VectorKind::kDate, DUCKDB_TYPE_DATE},
    KindRow{VectorKind::kTime, DUCKDB_TYPE_TIME},
    KindRow{VectorKind::kTimestamp, DUCKDB_TYPE_TIMESTAMP},
    KindRow{VectorKind::kTimestamptz, DUCKDB_TYPE_TIMESTAMP_TZ},
    KindRow{VectorKind::kInterval, DUCKDB_TYPE_INTERVAL},
    KindRow{VectorKind::kUuid, DUCKDB_TYPE_UUID},
    KindRow{VectorKind::kList, DUCKDB_TYPE_LIST},
    KindRow{VectorKind::kNull, DUCKDB_TYPE_SQLNULL},
    KindRow{VectorKind::kAny, DUCKDB_TYPE_ANY},
};

OwnedType LogicalTypeOf(const VectorType& type) {
  if (type.kind == VectorKind::kList) {
    const OwnedType element = LogicalTypeOf(VectorType{type.element});
    return OwnedType(duckdb_create_list_type(element.get()));
  }
  for (const auto& row : kKinds) {
    if (row.kind == type.kind) return OwnedType(duckdb_create_logical_type(row.id));
  }
  return {};
}

std::optional<VectorKind> KindOf(duckdb_type id) {
  for (const auto& row : kKinds) {
    if (row.id == id) return row.kind;
  }
  return std::nullopt;
}

thread_local const std::atomic<bool>* stop_flag = nullptr;

/// The bytes of texts that the call on this thread has made.
thread_local size_t text_bytes = 0;

/// Says for the time of a call which flag ShouldStop() reads.
struct Stoppable {
  explicit Stoppable(const std::atomic<bool>* flag) : before(stop_flag) {
    stop_flag = flag;
    text_bytes = 0;
  }
  ~Stoppable() { stop_flag = before; }
  Stoppable(const Stoppable&) = delete;
  Stoppable& operator=(const Stoppable&) = delete;
  const std::atomic<bool>* before;
};

/// What DuckDB keeps for a function.
struct Registered {
  ScalarFunction function;
  StopFlags& flags;
};

}  // namespace

bool ShouldStop() {
  return stop_flag != nullptr && stop_flag->load(std::memory_order_relaxed);
}

Failure CallStopped() {
  return Fail(MakeError(ErrorCode::kCancelled, "canceling statement due to user request")
                  .WithSqlState("57014"));
}

Status MayGoOn() {
  constexpr size_t kMost = size_t{2} << 30;
  if (text_bytes > kMost) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "the texts of a call are too large together")
                    .WithSqlState("54000")
                    .WithHint("Make shorter ones, or fewer in one statement."));
  }
  if (ShouldStop()) return CallStopped();
  return {};
}

std::atomic<bool>& StopFlags::Of(idx_t connection) {
  const std::lock_guard lock(mutex_);
  return flags_[connection];
}

namespace {

idx_t IdOf(duckdb_connection connection) {
  duckdb_client_context context = nullptr;
  duckdb_connection_get_client_context(connection, &context);
  const auto id = duckdb_client_context_get_connection_id(context);
  duckdb_destroy_client_context(&context);
  return id;
}

}  // namespace

std::atomic<bool>& StopFlags::Of(duckdb_connection connection) {
  return Of(IdOf(connection));
}

void StopFlags::Remove(duckdb_connection connection) {
  const auto id = IdOf(connection);
  const std::lock_guard lock(mutex_);
  flags_.erase(id);
}

/// Makes Columns and ResultVectors of DuckDB's vectors.
class VectorReader {
 public:
  static Result<Column> Read(duckdb_vector vector) {
    Column column;
    const OwnedType type(duckdb_vector_get_column_type(vector));
    const auto kind = KindOf(duckdb_get_type_id(type.get()));
    if (!kind) return Fail(ErrorCode::kInternal, "a function was called with an unknown type");
    column.kind_ = *kind;
    column.data_ = duckdb_vector_get_data(vector);
    column.validity_ = duckdb_vector_get_validity(vector);
    if (*kind == VectorKind::kDecimal) {
      column.width_ = duckdb_decimal_width(type.get());
      column.scale_ = duckdb_decimal_scale(type.get());
    }
    if (*kind == VectorKind::kList) {
      FIRN_TRY(auto elements, Read(duckdb_list_vector_get_child(vector)));
      column.elements_ = std::make_unique<Column>(std::move(elements));
    }
    return column;
  }

  static void Open(duckdb_vector vector, bool list, ResultVector& result) {
    result.vector_ = vector;
    result.data_ = duckdb_vector_get_data(vector);
    if (!list) return;
    result.elements_ = std::make_unique<ResultVector>();
    Open(duckdb_list_vector_get_child(vector), false, *result.elements_);
  }
};

Int128 Column::IntegerAt(size_t row) const {
  constexpr int kInt16Digits = 4;
  constexpr int kInt32Digits = 9;
  constexpr int kInt64Digits = 18;
  switch (kind_) {
    case VectorKind::kInt16:
      return At<int16_t>(row);
    case VectorKind::kInt32:
      return At<int32_t>(row);
    case VectorKind::kInt64:
      return At<int64_t>(row);
    case VectorKind::kInt128:
      return At<Int128>(row);
    case VectorKind::kDecimal:
      if (width_ <= kInt16Digits) return At<int16_t>(row);
      if (width_ <= kInt32Digits) return At<int32_t>(row);
      if (width_ <= kInt64Digits) return At<int64_t>(row);
      return At<Int128>(row);
    default:
      return 0;
  }
}

void ResultVector::SetNull(size_t row) {
  if (validity_ == nullptr) {
    auto* vector = static_cast<duckdb_vector>(vector_);
    duckdb_vector_ensure_validity_writable(vector);
    validity_ = duckdb_vector_get_validity(vector);
  }
  validity_[row / 64] &= ~(uint64_t{1} << (row % 64));
}

void ResultVector::SetText(size_t row, std::string_view text) {
  duckdb_vector_assign_string_element_len(static_cast<duckdb_vector>(vector_), row, text.data(),
                                          text.size());
  text_bytes += text.size();
}

size_t ResultVector::StartList(size_t row, size_t count) {
  auto* vector = static_cast<duckdb_vector>(vector_);
  const size_t first = list_size_;
  list_size_ += count;
  // Both may move the elements and their validity.
  duckdb_list_vector_reserve(vector, list_size_);
  duckdb_list_vector_set_size(vector, list_size_);
  auto* child = duckdb_list_vector_get_child(vector);
  elements_->data_ = duckdb_vector_get_data(child);
  elements_->validity_ = duckdb_vector_get_validity(child);
  Set(row, duckdb_list_entry{first, count});
  return first;
}

namespace {

Status CallBody(const ScalarFunction& function, duckdb_data_chunk input, duckdb_vector output) {
  std::vector<Column> columns;
  const idx_t count = duckdb_data_chunk_get_column_count(input);
  columns.reserve(count);
  for (idx_t i = 0; i < count; ++i) {
    FIRN_TRY(auto column, VectorReader::Read(duckdb_data_chunk_get_vector(input, i)));
    columns.push_back(std::move(column));
  }
  ResultVector result;
  VectorReader::Open(output, function.result.kind == VectorKind::kList, result);
  return function.body(columns, duckdb_data_chunk_get_size(input), result);
}

// No exception may pass through DuckDB's C frames.
Status Guarded(const ScalarFunction& function, duckdb_data_chunk input, duckdb_vector output) {
  try {
    return CallBody(function, input, output);
  } catch (const std::bad_alloc&) {
    return Fail(MakeError(ErrorCode::kOverloaded, "out of memory")
                    .WithSqlState("53200")
                    .WithHint("Raise memory_limit, or run fewer such queries at a time."));
  } catch (const std::exception& error) {
    // DuckDB's own, of a text that found no memory in a vector: as JSON.
    if (*error.what() == '{') return Fail(ErrorFromDuckDb(error.what(), ""));
    return Fail(ErrorCode::kInternal, "{} failed: {}", function.name, error.what());
  }
}

void OnCall(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const auto& registered =
      *static_cast<const Registered*>(duckdb_scalar_function_get_extra_info(info));
  const Stoppable stoppable(
      static_cast<const std::atomic<bool>*>(duckdb_scalar_function_get_bind_data(info)));
  const auto status = Guarded(registered.function, input, output);
  if (status) return;
  const auto& error = status.error();
  auto text = fmt::format("firn:{}:{}", error.SqlState(), error.message);
  if (!error.hint.empty()) text += kHintMark + error.hint;
  duckdb_scalar_function_set_error(info, text.c_str());
}

// The data of all calls of a connection are the same pointer, so equal calls stay equal.
void OnBind(duckdb_bind_info info) {
  const auto& registered =
      *static_cast<const Registered*>(duckdb_scalar_function_bind_get_extra_info(info));
  duckdb_client_context context = nullptr;
  duckdb_scalar_function_get_client_context(info, &context);
  auto& flag = registered.flags.Of(duckdb_client_context_get_connection_id(context));
  duckdb_destroy_client_context(&context);
  duckdb_scalar_function_set_bind_data(info, &flag, nullptr);
  duckdb_scalar_function_set_bind_data_copy(info, [](void* data) { return data; });
}

}  // namespace

Status RegisterScalarFunction(duckdb_connection connection, ScalarFunction function,
                              StopFlags& flags) {
  const OwnedScalarFunction made(duckdb_create_scalar_function());
  duckdb_scalar_function_set_name(made.get(), function.name.c_str());
  for (const auto& argument : function.arguments) {
    duckdb_scalar_function_add_parameter(made.get(), LogicalTypeOf(argument).get());
  }
  if (function.more) {
    duckdb_scalar_function_set_varargs(made.get(), LogicalTypeOf(*function.more).get());
  }
  duckdb_scalar_function_set_return_type(made.get(), LogicalTypeOf(function.result).get());
  duckdb_scalar_function_set_special_handling(made.get());
  // The engine takes all others for ones that cannot fail, and computes them of every value in the
  // dictionary of a file's column: sqrt(x) failed for an x that WHERE or CASE had left out.
  // Nor does it tell constants of one length apart: of t + x and t + y it computes one where x is
  // '1 month' and y is '30 days'.
  const bool ahead = !function.may_fail && function.result.kind != VectorKind::kInterval;
  if (!ahead) duckdb_scalar_function_set_volatile(made.get());
  duckdb_scalar_function_set_bind(made.get(), OnBind);
  duckdb_scalar_function_set_function(made.get(), OnCall);
  const auto name = function.name;
  duckdb_scalar_function_set_extra_info(
      made.get(), new Registered{std::move(function), flags},
      [](void* object) { delete static_cast<Registered*>(object); });
  if (duckdb_register_scalar_function(connection, made.get()) == DuckDBError) {
    return Fail(ErrorCode::kInternal, "register function failed: {}", name);
  }
  return {};
}

}  // namespace firn::engine
