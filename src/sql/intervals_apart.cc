#include "sql/intervals_apart_internal.h"

#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sql/interval_internal.h"

namespace firn::sql {
namespace {

/// A function that the engine does not compute ahead, of an interval and a number of its own: calls
/// with equal arguments are the same to it, too.
constexpr std::string_view kHidden = "sql_interval_itself(";

struct Constant {
  size_t begin = 0;
  size_t end = 0;
  std::optional<Interval> value;  // of a parameter it is not known
};

/// Reads written text from front to back.
class Reader {
 public:
  Reader(std::string_view text, size_t at) : text_(text), at_(at) {}

  bool Skip(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }
  bool Number(int64_t* number) {
    const auto* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), *number);
    at_ += static_cast<size_t>(end - begin);
    return error == std::errc();
  }
  size_t at() const { return at_; }

 private:
  std::string_view text_;
  size_t at_;
};

/// What Interval::EngineSql writes, or a parameter.
std::optional<Constant> ConstantAt(std::string_view sql, size_t at) {
  Interval value;
  Reader literal(sql, at);
  if (literal.Skip("(to_months(CAST(") && literal.Number(&value.months) &&
      literal.Skip(" AS INTEGER)) + to_days(CAST(") && literal.Number(&value.days) &&
      literal.Skip(" AS INTEGER)) + to_microseconds(CAST(") && literal.Number(&value.micros) &&
      literal.Skip(" AS BIGINT)))")) {
    return Constant{at, literal.at(), value};
  }
  int64_t number = 0;
  Reader parameter(sql, at);
  if (parameter.Skip("CAST($") && parameter.Number(&number) && parameter.Skip(" AS INTERVAL)")) {
    return Constant{at, parameter.at(), std::nullopt};
  }
  return std::nullopt;
}

std::vector<Constant> ConstantsOf(std::string_view sql) {
  std::vector<Constant> found;
  for (size_t at = 0; at < sql.size(); ++at) {
    if (sql[at] == '\'' || sql[at] == '"') {
      at = sql.find(sql[at], at + 1);
      if (at == sql.npos) break;
    } else if (const auto constant = ConstantAt(sql, at)) {
      const bool hidden = sql.substr(0, at).ends_with(kHidden);
      if (!hidden) found.push_back(*constant);
      at = constant->end - 1;
    }
  }
  return found;
}

/// Days and microseconds below a day; a month has 30 days here.
std::pair<int64_t, int64_t> LengthOf(const Interval& value) {
  constexpr int64_t kDay = 86'400'000'000;
  const int64_t below = (value.micros % kDay + kDay) % kDay;
  return {value.months * 30 + value.days + (value.micros - below) / kDay, below};
}

/// Whether two of them may be of one length, or opposite ones (-x is computed ahead, too), and
/// not the same.
bool MayBeTaken(std::string_view sql, const std::vector<Constant>& constants) {
  std::map<std::pair<int64_t, int64_t>, Interval> known;
  std::set<std::string_view> parameters;
  for (const auto& [begin, end, value] : constants) {
    if (!value) {
      parameters.insert(sql.substr(begin, end - begin));
      continue;
    }
    auto positive = *value;
    if (LengthOf(positive).first < 0) positive = {-value->months, -value->days, -value->micros};
    const auto [other, is_new] = known.emplace(LengthOf(positive), positive);
    if (!is_new && other->second != positive) return true;
  }
  return !parameters.empty() && parameters.size() + known.size() > 1;
}

}  // namespace

std::string WithIntervalsApart(std::string sql) {
  if (sql.find("(to_months(CAST(") == sql.npos && sql.find(" AS INTERVAL)") == sql.npos) return sql;
  const auto constants = ConstantsOf(sql);
  if (!MayBeTaken(sql, constants)) return sql;
  std::string apart;
  size_t copied = 0;
  std::map<std::string_view, size_t> numbers;
  for (const auto& [begin, end, value] : constants) {
    const auto text = std::string_view(sql).substr(begin, end - begin);
    const auto number = numbers.emplace(text, numbers.size()).first->second;
    apart.append(sql, copied, begin - copied).append(kHidden).append(text);
    apart.append(fmt::format(", CAST({} AS INTEGER))", number));
    copied = end;
  }
  return apart.append(sql, copied);
}

}  // namespace firn::sql
