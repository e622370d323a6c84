// Texts read as numbers, dates and times by columnar's parsers, which read what PostgreSQL's input
// functions read: for casts of values that are text.
#include <memory>
#include <string>

#include <arrow/array.h>
#include <arrow/builder.h>

#include "columnar/time_zone.h"
#include "columnar/value_parser.h"
#include "sql/functions/bodies.h"

namespace firn::sql {
namespace {

using columnar::TypeKind;
using engine::Scalar;

/// A parser and the builder it fills, kept by a thread: a query reads one value after the other.
template <typename Builder>
class Reader {
 public:
  explicit Reader(TypeKind kind, const columnar::TextStyle& style = {})
      : builder_(columnar::ArrowType({kind}), arrow::default_memory_pool()),
        parser_(columnar::ValueParser::Make({kind}, &builder_, style)) {}

  /// The builder, holding the one value.
  Result<const Builder*> Read(std::string_view text) {
    builder_.Reset();
    FIRN_RETURN_IF_ERROR(parser_->AppendText(text));
    return &builder_;
  }

 private:
  Builder builder_;
  std::unique_ptr<columnar::ValueParser> parser_;
};

template <TypeKind kKind, typename Builder, typename Value>
Result<Value> ReadNumber(std::string_view text) {
  thread_local Reader<Builder> reader(kKind);
  FIRN_TRY(const Builder* read, reader.Read(text));
  return Value{read->GetValue(0)};
}

/// What is read in the session's zone. The builder holds the one value.
template <TypeKind kKind, typename Builder>
Result<const Builder*> ReadZoned(std::string_view text, std::string_view zone) {
  thread_local std::string known;
  thread_local std::unique_ptr<Reader<Builder>> reader;
  if (!reader || known != zone) {
    columnar::TextStyle style;
    FIRN_TRY(style.zone, columnar::TimeZone::Find(zone));
    reader = std::make_unique<Reader<Builder>>(kKind, style);
    known = zone;
  }
  return reader->Read(text);
}

Result<engine::Timestamptz> ReadTimestamptz(std::string_view text, std::string_view zone) {
  FIRN_TRY(const auto* read,
           (ReadZoned<TypeKind::kTimestamptz, arrow::TimestampBuilder>(text, zone)));
  return engine::Timestamptz{read->GetValue(0)};
}

Result<std::string> ReadTimetz(std::string_view text, std::string_view zone) {
  FIRN_TRY(const auto* read, (ReadZoned<TypeKind::kTimetz, arrow::StringBuilder>(text, zone)));
  return std::string(read->GetView(0));
}

Result<bool> ReadBool(std::string_view text) {
  thread_local Reader<arrow::BooleanBuilder> reader(TypeKind::kBool);
  FIRN_TRY(const auto* read, reader.Read(text));
  // The only way to the value of this builder is the array it finishes.
  auto array = const_cast<arrow::BooleanBuilder*>(read)->Finish();
  if (!array.ok()) return Fail(ErrorCode::kInternal, "{}", array.status().ToString());
  return static_cast<const arrow::BooleanArray&>(**array).Value(0);
}

Result<engine::Uuid> ReadUuid(std::string_view text) {
  thread_local Reader<arrow::FixedSizeBinaryBuilder> reader(TypeKind::kUuid);
  FIRN_TRY(const auto* read, reader.Read(text));
  const auto bytes = read->GetView(0);
  uint64_t upper = 0;
  uint64_t lower = 0;
  constexpr size_t kHalf = 8;
  for (size_t i = 0; i < kHalf; ++i) {
    upper = upper << 8 | static_cast<uint8_t>(bytes[i]);
    lower = lower << 8 | static_cast<uint8_t>(bytes[i + kHalf]);
  }
  return engine::Uuid{lower, static_cast<int64_t>(upper ^ (uint64_t{1} << 63))};
}

Result<engine::Blob> ReadBytes(std::string_view text) {
  thread_local Reader<arrow::BinaryBuilder> reader(TypeKind::kBytea);
  FIRN_TRY(const auto* read, reader.Read(text));
  return engine::Blob{std::string(read->GetView(0))};
}

}  // namespace

void AddReadFunctions(EngineFunctions& to) {
  using enum TypeKind;
  to.push_back(Scalar("sql_read_bool", [](std::string_view text) { return ReadBool(text); }));
  to.push_back(Scalar("sql_read_int2", [](std::string_view text) {
    return ReadNumber<kInt2, arrow::Int16Builder, int16_t>(text);
  }));
  to.push_back(Scalar("sql_read_int4", [](std::string_view text) {
    return ReadNumber<kInt4, arrow::Int32Builder, int32_t>(text);
  }));
  to.push_back(Scalar("sql_read_int8", [](std::string_view text) {
    return ReadNumber<kInt8, arrow::Int64Builder, int64_t>(text);
  }));
  to.push_back(Scalar("sql_read_float4", [](std::string_view text) {
    return ReadNumber<kFloat4, arrow::FloatBuilder, float>(text);
  }));
  to.push_back(Scalar("sql_read_float8", [](std::string_view text) {
    return ReadNumber<kFloat8, arrow::DoubleBuilder, double>(text);
  }));
  to.push_back(Scalar("sql_read_oid", [](std::string_view text) {
    return ReadNumber<kOid, arrow::Int64Builder, int64_t>(text);
  }));
  to.push_back(Scalar("sql_read_date", [](std::string_view text) {
    return ReadNumber<kDate, arrow::Date32Builder, engine::Date>(text);
  }));
  to.push_back(Scalar("sql_read_timestamp", [](std::string_view text) {
    return ReadNumber<kTimestamp, arrow::TimestampBuilder, engine::Timestamp>(text);
  }));
  to.push_back(Scalar("sql_read_timestamptz", [](std::string_view text, std::string_view zone) {
    return ReadTimestamptz(text, zone);
  }));
  to.push_back(Scalar("sql_read_timetz", [](std::string_view text, std::string_view zone) {
    return ReadTimetz(text, zone);
  }));
  to.push_back(Scalar("sql_read_uuid", [](std::string_view text) { return ReadUuid(text); }));
  to.push_back(Scalar("sql_read_bytea", [](std::string_view text) { return ReadBytes(text); }));
}

}  // namespace firn::sql
