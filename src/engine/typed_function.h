// engine: functions of firn's own that SQL can call, row by row over DuckDB's vectors.
//
// A function is a lambda over plain values; its C++ signature is its SQL signature:
//
//   Scalar("sql_initcap", [](std::string_view text) -> std::string { … })
//   Scalar("sql_chr", [](int32_t code) -> Result<std::string> { … 54000 … })
//
//   bool int16_t int32_t int64_t Int128 float double   BOOLEAN … HUGEINT, FLOAT, DOUBLE
//   std::string_view, Bytes                            VARCHAR, BLOB
//   Date Time Timestamp Timestamptz Interval Uuid      their namesakes
//   List<T>                                            LIST of T, which may hold NULLs
//   AnyValue                                           whatever comes, DECIMALs with their scale
//
// A NULL argument makes the result NULL unless the lambda takes std::optional of it. It returns
// the value, std::optional of it (nullopt: NULL), or Result of either: an error reaches the client
// with its SQLSTATE. Text is returned as std::string, bytes as Blob, lists as
// std::vector<std::optional<T>>. Rooms add types of their own by specialising ArgumentOf/ResultOf.
#pragma once

#include "engine/call_limits.h"
#include "engine/scalar_function.h"

namespace firn::engine {

// --- C++ types as vectors ------------------------------------------------------------------

template <typename T, VectorKind kKind>
struct PlainArgument {
  static constexpr VectorType kType{kKind};
  static T Read(const Column& column, size_t row) { return column.At<T>(row); }
};
template <typename T, VectorKind kKind>
struct PlainResult {
  static constexpr VectorType kType{kKind};
  static void Write(ResultVector& out, size_t row, const T& value) { out.Set(row, value); }
};

template <typename T>
struct ArgumentOf;
template <typename T>
struct ResultOf;

template <>
struct ArgumentOf<bool> : PlainArgument<bool, VectorKind::kBool> {};
template <>
struct ArgumentOf<int16_t> : PlainArgument<int16_t, VectorKind::kInt16> {};
template <>
struct ArgumentOf<int32_t> : PlainArgument<int32_t, VectorKind::kInt32> {};
template <>
struct ArgumentOf<int64_t> : PlainArgument<int64_t, VectorKind::kInt64> {};
template <>
struct ArgumentOf<Int128> : PlainArgument<Int128, VectorKind::kInt128> {};
template <>
struct ArgumentOf<float> : PlainArgument<float, VectorKind::kFloat> {};
template <>
struct ArgumentOf<double> : PlainArgument<double, VectorKind::kDouble> {};
template <>
struct ArgumentOf<Date> : PlainArgument<Date, VectorKind::kDate> {};
template <>
struct ArgumentOf<Time> : PlainArgument<Time, VectorKind::kTime> {};
template <>
struct ArgumentOf<Timestamp> : PlainArgument<Timestamp, VectorKind::kTimestamp> {};
template <>
struct ArgumentOf<Timestamptz> : PlainArgument<Timestamptz, VectorKind::kTimestamptz> {};
template <>
struct ArgumentOf<Interval> : PlainArgument<Interval, VectorKind::kInterval> {};
template <>
struct ArgumentOf<Uuid> : PlainArgument<Uuid, VectorKind::kUuid> {};
template <>
struct ArgumentOf<std::string_view> {
  static constexpr VectorType kType{VectorKind::kText};
  static std::string_view Read(const Column& column, size_t row) { return column.TextAt(row); }
};
template <>
struct ArgumentOf<Bytes> {
  static constexpr VectorType kType{VectorKind::kBlob};
  static Bytes Read(const Column& column, size_t row) { return {column.TextAt(row)}; }
};
template <>
struct ArgumentOf<AnyValue> {
  static constexpr VectorType kType{VectorKind::kAny};
  static AnyValue Read(const Column& column, size_t row) { return {&column, row}; }
};

/// The elements of one list. Lifetime: the call.
template <typename T>
class List {
 public:
  List(const Column& elements, size_t first, size_t size)
      : elements_(elements), first_(first), size_(size) {}
  size_t size() const { return size_; }
  bool IsNull(size_t at) const { return elements_.IsNull(first_ + at); }
  T operator[](size_t at) const { return ArgumentOf<T>::Read(elements_, first_ + at); }

 private:
  const Column& elements_;
  size_t first_;
  size_t size_;
};
template <typename T>
struct ArgumentOf<List<T>> {
  static constexpr VectorType kType{VectorKind::kList, ArgumentOf<T>::kType.kind};
  static List<T> Read(const Column& column, size_t row) {
    const auto [first, size] = column.ListAt(row);
    return List<T>(column.elements(), first, size);
  }
};

template <>
struct ResultOf<bool> : PlainResult<bool, VectorKind::kBool> {};
template <>
struct ResultOf<int16_t> : PlainResult<int16_t, VectorKind::kInt16> {};
template <>
struct ResultOf<int32_t> : PlainResult<int32_t, VectorKind::kInt32> {};
template <>
struct ResultOf<int64_t> : PlainResult<int64_t, VectorKind::kInt64> {};
template <>
struct ResultOf<Int128> : PlainResult<Int128, VectorKind::kInt128> {};
template <>
struct ResultOf<float> : PlainResult<float, VectorKind::kFloat> {};
template <>
struct ResultOf<double> : PlainResult<double, VectorKind::kDouble> {};
template <>
struct ResultOf<Date> : PlainResult<Date, VectorKind::kDate> {};
template <>
struct ResultOf<Time> : PlainResult<Time, VectorKind::kTime> {};
template <>
struct ResultOf<Timestamp> : PlainResult<Timestamp, VectorKind::kTimestamp> {};
template <>
struct ResultOf<Timestamptz> : PlainResult<Timestamptz, VectorKind::kTimestamptz> {};
template <>
struct ResultOf<Interval> : PlainResult<Interval, VectorKind::kInterval> {};
template <>
struct ResultOf<Uuid> : PlainResult<Uuid, VectorKind::kUuid> {};
template <>
struct ResultOf<std::string> {
  static constexpr VectorType kType{VectorKind::kText};
  static void Write(ResultVector& out, size_t row, const std::string& text) {
    out.SetText(row, text);
  }
};
template <>
struct ResultOf<std::string_view> {
  static constexpr VectorType kType{VectorKind::kText};
  static void Write(ResultVector& out, size_t row, std::string_view text) {
    out.SetText(row, text);
  }
};
template <>
struct ResultOf<Blob> {
  static constexpr VectorType kType{VectorKind::kBlob};
  static void Write(ResultVector& out, size_t row, const Blob& blob) {
    out.SetText(row, blob.data);
  }
};
template <typename T>
struct ResultOf<std::vector<std::optional<T>>> {
  static constexpr VectorType kType{VectorKind::kList, ResultOf<T>::kType.kind};
  static void Write(ResultVector& out, size_t row, const std::vector<std::optional<T>>& list) {
    size_t at = out.StartList(row, list.size());
    for (const auto& element : list) {
      if (element) {
        ResultOf<T>::Write(out.elements(), at, *element);
      } else {
        out.elements().SetNull(at);
      }
      ++at;
    }
  }
};

// --- lambdas as functions ------------------------------------------------------------------

namespace typed {

template <typename T>
struct Argument {
  static constexpr bool kTakesNull = false;
  static constexpr VectorType kType = ArgumentOf<T>::kType;
  static T Read(const Column& column, size_t row) { return ArgumentOf<T>::Read(column, row); }
};
template <typename T>
struct Argument<std::optional<T>> {
  static constexpr bool kTakesNull = true;
  static constexpr VectorType kType = ArgumentOf<T>::kType;
  static std::optional<T> Read(const Column& column, size_t row) {
    if (column.IsNull(row) || column.kind() == VectorKind::kNull) return std::nullopt;
    return ArgumentOf<T>::Read(column, row);
  }
};

template <typename T>
struct Answer {
  static constexpr bool kMayFail = false;
  static constexpr VectorType kType = ResultOf<T>::kType;
  static Status Write(ResultVector& out, size_t row, const T& value) {
    ResultOf<T>::Write(out, row, value);
    return {};
  }
};
template <typename T>
struct Answer<std::optional<T>> {
  static constexpr bool kMayFail = Answer<T>::kMayFail;
  static constexpr VectorType kType = Answer<T>::kType;
  static Status Write(ResultVector& out, size_t row, const std::optional<T>& value) {
    if (value) return Answer<T>::Write(out, row, *value);
    out.SetNull(row);
    return {};
  }
};
template <typename T>
struct Answer<Result<T>> {
  static constexpr bool kMayFail = true;
  static constexpr VectorType kType = Answer<T>::kType;
  static Status Write(ResultVector& out, size_t row, Result<T> value) {
    if (!value) return Fail(std::move(value).error());
    return Answer<T>::Write(out, row, *value);
  }
};

template <typename Body, typename Out, typename... In, size_t... kAt>
ScalarFunction Make(std::string name, Body body, Out (*)(In...), std::index_sequence<kAt...>) {
  ScalarFunction function;
  function.name = std::move(name);
  function.arguments = {Argument<In>::kType...};
  function.result = Answer<Out>::kType;
  function.may_fail = Answer<Out>::kMayFail;
  function.body = [body = std::move(body)](const std::vector<Column>& columns, size_t rows,
                                           ResultVector& out) -> Status {
    for (size_t row = 0; row < rows; ++row) {
      const bool null = (false || ... ||
                         (!Argument<In>::kTakesNull &&
                          (columns[kAt].IsNull(row) || columns[kAt].kind() == VectorKind::kNull)));
      if (null) {
        out.SetNull(row);
        continue;
      }
      FIRN_RETURN_IF_ERROR(
          Answer<Out>::Write(out, row, body(Argument<In>::Read(columns[kAt], row)...)));
      FIRN_RETURN_IF_ERROR(MayGoOn());
    }
    return {};
  };
  return function;
}

template <typename Out, typename Class, typename... In>
auto Signature(Out (Class::*)(In...) const) -> Out (*)(std::decay_t<In>...);
template <typename Out, typename... In>
auto CountOf(Out (*)(In...)) -> std::make_index_sequence<sizeof...(In)>;

}  // namespace typed

/// A function from a lambda without captures that change.
template <typename Body>
ScalarFunction Scalar(std::string name, Body body) {
  using Signature = decltype(typed::Signature(&Body::operator()));
  return typed::Make(std::move(name), std::move(body), Signature{nullptr},
                     decltype(typed::CountOf(Signature{nullptr})){});
}

}  // namespace firn::engine
