// Texts read as the types that are text in the engine, and back: columnar's parsers, one value.
#include <arrow/array.h>
#include <arrow/builder.h>

#include "columnar/interval.h"
#include "columnar/value_parser.h"
#include "sql/functions/bodies.h"

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

// inet_to_text: always with the length of its prefix.
std::string InetAsText(std::string_view inet) {
  std::string text(inet);
  if (inet.find('/') != std::string_view::npos) return text;
  return text + (inet.find(':') == std::string_view::npos ? "/32" : "/128");
}

}  // namespace

void AddTypeFunctions(EngineFunctions& to) {
  to.push_back(Scalar("sql_read_timetz",
                      [](std::string_view text) { return ReadText<TypeKind::kTimetz>(text); }));
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
    if (value < INT32_MIN || value > UINT32_MAX) return Refused("22003", "OID out of range");
    return int64_t{static_cast<uint32_t>(value)};
  }));
  to.push_back(
      Scalar("sql_no_order", [](std::string_view type, std::string_view) -> Result<std::string> {
        return Fail(MakeError(ErrorCode::kUnsupported,
                              "ordering and grouping by values of type {} is not supported", type)
                        .WithHint("Order by something else, or cast it to text."));
      }));
}

}  // namespace firn::sql
