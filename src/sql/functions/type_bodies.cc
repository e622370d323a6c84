// Texts read as the types that are text in the engine, and back: columnar's parsers, one value.
#include <arrow/array.h>
#include <arrow/builder.h>

#include "columnar/interval.h"
#include "columnar/value_parser.h"
#include "columnar/value_writer.h"
#include "sql/functions/bodies.h"
#include "sql/user_types.h"

namespace firn::sql {
namespace {

using columnar::TypeKind;
using engine::Interval;
using engine::Scalar;
using engine::Time;

Result<std::shared_ptr<arrow::Array>> Read(TypeKind kind, std::string_view text) {
  const columnar::Type type{kind};
  auto builder = arrow::MakeBuilder(columnar::ArrowType(type));
  if (!builder.ok()) return Fail(ErrorCode::kInternal, "{}", builder.status().ToString());
  FIRN_RETURN_IF_ERROR(columnar::ValueParser::Make(type, builder->get())->AppendText(text));
  auto array = (*builder)->Finish();
  if (!array.ok()) return Fail(ErrorCode::kInternal, "{}", array.status().ToString());
  return *std::move(array);
}

template <TypeKind kKind>
Result<std::string> ReadText(std::string_view text) {
  FIRN_TRY(const auto array, Read(kKind, text));
  return std::string(static_cast<const arrow::StringArray&>(*array).GetView(0));
}

// A text as an enum: it has to be one of the labels.
Result<std::string> ReadEnum(std::string_view text, const engine::List<std::string_view>& labels,
                             std::string_view type) {
  for (size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == text) return std::string(text);
  }
  return Fail(NoSuchLabel(type, text));
}

// inet_to_text: always with the length of its prefix.
std::string InetAsText(std::string_view inet) {
  std::string text(inet);
  if (inet.find('/') != std::string_view::npos) return text;
  return text + (inet.find(':') == std::string_view::npos ? "/32" : "/128");
}

/// What the output function gives of one value; `append` puts it into the builder.
template <typename Builder, typename Value>
std::string TextOf(const columnar::Type& type, Value value) {
  Builder builder(columnar::ArrowType(type), arrow::default_memory_pool());
  FIRN_CHECK(builder.Append(value).ok());
  const auto array = builder.Finish().ValueOrDie();
  std::string text;
  columnar::ValueWriter::MakeText(type, *array)->Append(0, text);
  return text;
}

std::string SentOf(TypeKind kind, std::string_view text) {
  arrow::StringBuilder builder;
  FIRN_CHECK(builder.Append(text).ok());
  const auto array = builder.Finish().ValueOrDie();
  std::string sent;
  columnar::ValueWriter::MakeBinary({kind}, *array)->Append(0, sent);
  return sent;
}

// Orders as network_cmp: by family, by the bits that both networks have, by their number, by the
// whole address.
std::string InetKey(std::string_view text) {
  const auto sent = SentOf(TypeKind::kInet, text);
  const std::string_view address = std::string_view(sent).substr(4);
  std::string key(1, static_cast<char>('0' + sent[0]));
  const auto bit = [&](size_t at) { return (address[at / 8] >> (7 - at % 8) & 1) != 0; };
  for (size_t i = 0; i < static_cast<uint8_t>(sent[1]); ++i) key += bit(i) ? '1' : '0';
  key += ' ';
  for (size_t i = 0; i < address.size() * 8; ++i) key += bit(i) ? '1' : '0';
  return key;
}

// Orders as timetz_cmp: by the time in UTC, then by the zone from the east.
std::string TimetzKey(std::string_view text) {
  const auto sent = SentOf(TypeKind::kTimetz, text);
  int64_t micros = 0;
  uint32_t west = 0;
  for (size_t i = 0; i < 8; ++i) micros = micros << 8 | static_cast<uint8_t>(sent[i]);
  for (size_t i = 8; i < 12; ++i) west = west << 8 | static_cast<uint8_t>(sent[i]);
  constexpr int64_t kDay = 86'400;
  const int64_t zone = kDay + static_cast<int32_t>(west);
  return fmt::format("{:015}{:06}", micros + zone * 1'000'000, zone);
}

// array_out of elements that are texts already.
std::string ArrayOut(const engine::List<std::string_view>& items) {
  const columnar::Type type = columnar::ArrayOf({TypeKind::kText});
  auto builder = arrow::MakeBuilder(columnar::ArrowType(type)).ValueOrDie();
  auto& lists = static_cast<arrow::ListBuilder&>(*builder);
  auto& texts = static_cast<arrow::StringBuilder&>(*lists.value_builder());
  FIRN_CHECK(lists.Append().ok());
  for (size_t i = 0; i < items.size(); ++i) {
    FIRN_CHECK((items.IsNull(i) ? texts.AppendNull() : texts.Append(items[i])).ok());
  }
  const auto array = builder->Finish().ValueOrDie();
  std::string text;
  columnar::ValueWriter::MakeText(type, *array)->Append(0, text);
  return text;
}

void AddOutputFunctions(EngineFunctions& to) {
  to.push_back(Scalar("sql_float4_text", [](float value) {
    return TextOf<arrow::FloatBuilder>({TypeKind::kFloat4}, value);
  }));
  to.push_back(Scalar("sql_float8_text", [](double value) {
    return TextOf<arrow::DoubleBuilder>({TypeKind::kFloat8}, value);
  }));
  to.push_back(Scalar("sql_bytea_text", [](engine::Bytes bytes) {
    return TextOf<arrow::BinaryBuilder>({TypeKind::kBytea}, bytes.data);
  }));
  to.push_back(Scalar("sql_interval_text", [](Interval value) {
    const columnar::Interval interval{value.months, value.days, value.micros};
    std::string stored;
    columnar::AppendStoredInterval(interval, stored);
    return TextOf<arrow::StringBuilder>({TypeKind::kInterval}, stored);
  }));
  to.push_back(Scalar("sql_inet_key", [](std::string_view text) { return InetKey(text); }));
  to.push_back(Scalar("sql_timetz_key", [](std::string_view text) { return TimetzKey(text); }));
  to.push_back(Scalar("sql_array_out",
                      [](engine::List<std::string_view> items) { return ArrayOut(items); }));
}

}  // namespace

void AddTypeFunctions(EngineFunctions& to) {
  AddOutputFunctions(to);
  to.push_back(
      Scalar("sql_read_enum", [](std::string_view text, engine::List<std::string_view> labels,
                                 std::string_view type) { return ReadEnum(text, labels, type); }));
  to.push_back(Scalar("sql_read_json",
                      [](std::string_view text) { return ReadText<TypeKind::kJson>(text); }));
  to.push_back(Scalar("sql_read_jsonb",
                      [](std::string_view text) { return ReadText<TypeKind::kJsonb>(text); }));
  to.push_back(Scalar("sql_read_inet",
                      [](std::string_view text) { return ReadText<TypeKind::kInet>(text); }));
  to.push_back(Scalar("sql_read_cidr",
                      [](std::string_view text) { return ReadText<TypeKind::kCidr>(text); }));
  to.push_back(Scalar("sql_read_name",
                      [](std::string_view text) { return ReadText<TypeKind::kName>(text); }));
  to.push_back(Scalar("sql_text_inet", [](std::string_view inet) { return InetAsText(inet); }));
  to.push_back(Scalar("sql_read_time", [](std::string_view text) -> Result<Time> {
    FIRN_TRY(const auto array, Read(TypeKind::kTime, text));
    return Time{static_cast<const arrow::Time64Array&>(*array).Value(0)};
  }));
  to.push_back(Scalar("sql_read_interval", [](std::string_view text) -> Result<Interval> {
    FIRN_TRY(const auto stored, ReadText<TypeKind::kInterval>(text));
    columnar::Interval interval;
    FIRN_CHECK(columnar::ReadStoredInterval(stored, &interval));
    return Interval{interval.months, interval.days, interval.micros};
  }));
  // What a table or a file holds of an interval.
  to.push_back(Scalar("sql_stored_interval", [](std::string_view text) -> Result<Interval> {
    columnar::Interval interval;
    if (!columnar::ReadStoredInterval(text, &interval)) {
      return Refused("22007", fmt::format("invalid stored interval: \"{}\"", text));
    }
    return Interval{interval.months, interval.days, interval.micros};
  }));
  to.push_back(Scalar("sql_to_oid", [](int64_t value) -> Result<int64_t> {
    if (value < 0 || value > UINT32_MAX) return Refused("22003", "OID out of range");
    return value;
  }));
}

}  // namespace firn::sql
