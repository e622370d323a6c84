#include "sql/interval_internal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace firn::sql {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr int64_t kDay = 86'400 * kSecond;

struct Unit {
  std::string_view name;
  int64_t months;
  int64_t days;
  int64_t micros;
};
// The words of Postgres' deltatktbl for these units; a plural s is taken off first.
constexpr std::array kUnits = {
    Unit{"microsecond", 0, 0, 1},
    Unit{"usec", 0, 0, 1},
    Unit{"us", 0, 0, 1},
    Unit{"millisecond", 0, 0, 1'000},
    Unit{"msec", 0, 0, 1'000},
    Unit{"ms", 0, 0, 1'000},
    Unit{"second", 0, 0, kSecond},
    Unit{"sec", 0, 0, kSecond},
    Unit{"s", 0, 0, kSecond},
    Unit{"minute", 0, 0, 60 * kSecond},
    Unit{"min", 0, 0, 60 * kSecond},
    Unit{"m", 0, 0, 60 * kSecond},
    Unit{"hour", 0, 0, 3'600 * kSecond},
    Unit{"hr", 0, 0, 3'600 * kSecond},
    Unit{"h", 0, 0, 3'600 * kSecond},
    Unit{"day", 0, 1, 0},
    Unit{"d", 0, 1, 0},
    Unit{"week", 0, 7, 0},
    Unit{"w", 0, 7, 0},
    Unit{"month", 1, 0, 0},
    Unit{"mon", 1, 0, 0},
    Unit{"year", 12, 0, 0},
    Unit{"yr", 12, 0, 0},
    Unit{"y", 12, 0, 0},
    Unit{"decade", 120, 0, 0},
    Unit{"century", 1'200, 0, 0},
    Unit{"centurie", 1'200, 0, 0},
    Unit{"millennium", 12'000, 0, 0},
};

const Unit* FindUnit(std::string_view word) {
  for (int trial = 0; trial < 2; ++trial) {
    for (const auto& unit : kUnits) {
      if (unit.name == word) return &unit;
    }
    if (word.size() < 2 || word.back() != 's') return nullptr;
    word.remove_suffix(1);
  }
  return nullptr;
}

Failure BadSyntax(std::string_view text) {
  return Fail(
      MakeError(ErrorCode::kInvalidInput, "invalid input syntax for type interval: \"{}\"", text)
          .WithSqlState("22007"));
}

// A number with up to six digits after the point, as millionths.
struct Number {
  bool negative = false;
  int64_t whole = 0;
  int64_t millionths = 0;
};

std::optional<Number> TakeNumber(std::string_view& rest) {
  Number number;
  std::string_view at = rest;
  if (at.starts_with('-') || at.starts_with('+')) {
    number.negative = at.front() == '-';
    at.remove_prefix(1);
  }
  const auto [end, error] = std::from_chars(at.data(), at.data() + at.size(), number.whole);
  if (error != std::errc{} || number.whole < 0 || at.starts_with('-')) return std::nullopt;
  at.remove_prefix(static_cast<size_t>(end - at.data()));
  if (at.starts_with('.')) {
    at.remove_prefix(1);
    int64_t weight = 100'000;
    bool rounded = false;
    while (!at.empty() && at.front() >= '0' && at.front() <= '9') {
      number.millionths += weight * (at.front() - '0');
      if (weight == 0 && !rounded) number.millionths += at.front() >= '5' ? 1 : 0;
      rounded = weight == 0;
      weight /= 10;
      at.remove_prefix(1);
    }
  }
  rest = at;
  return number;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), rest_(text) {}

  Result<Interval> Parse(const Unit* bare_unit) {
    SkipSpace();
    if (rest_.starts_with('@')) rest_.remove_prefix(1);
    SkipSpace();
    if (rest_.empty()) return BadSyntax(text_);
    while (!rest_.empty()) {
      if (Word() == "ago") {
        rest_.remove_prefix(3);
        SkipSpace();
        if (!rest_.empty()) return BadSyntax(text_);
        return Interval{-sum_.months, -sum_.days, -sum_.micros};
      }
      FIRN_RETURN_IF_ERROR(Part(bare_unit));
      SkipSpace();
    }
    return sum_;
  }

 private:
  Status Part(const Unit* bare_unit) {
    const auto number = TakeNumber(rest_);
    if (!number) {
      if (rest_.front() == 'P' || rest_.front() == 'p') return Unsupported();
      return BadSyntax(text_);
    }
    if (rest_.starts_with(':')) return Clock(*number);
    if (rest_.starts_with('-')) return Unsupported();
    SkipSpace();
    const auto word = Word();
    if (!word.empty() && word != "ago") {
      const auto* unit = FindUnit(word);
      if (unit == nullptr) return BadSyntax(text_);
      rest_.remove_prefix(word.size());
      return Add(*number, *unit);
    }
    // A number alone counts in the unit behind INTERVAL '…', else in seconds.
    constexpr Unit kSeconds{"second", 0, 0, kSecond};
    return Add(*number, bare_unit == nullptr ? kSeconds : *bare_unit);
  }

  // Hours were read; "04:05" and "04:05:06.7" remain.
  Status Clock(const Number& hours) {
    rest_.remove_prefix(1);
    const auto minutes = TakeNumber(rest_);
    if (!minutes || minutes->negative || minutes->whole > 59) return BadSyntax(text_);
    Number seconds;
    if (rest_.starts_with(':')) {
      rest_.remove_prefix(1);
      const auto read = TakeNumber(rest_);
      if (!read || read->negative || read->whole > 59) return BadSyntax(text_);
      seconds = *read;
    }
    const int64_t micros =
        (hours.whole * 3'600 + minutes->whole * 60 + seconds.whole) * kSecond + seconds.millionths;
    sum_.micros += hours.negative ? -micros : micros;
    return {};
  }

  Status Add(const Number& number, const Unit& unit) {
    constexpr int64_t kMost = 10'000'000'000;
    if (number.whole > kMost) {
      return Fail(
          MakeError(ErrorCode::kInvalidInput, "interval field value out of range: \"{}\"", text_)
              .WithSqlState("22015"));
    }
    const int64_t sign = number.negative ? -1 : 1;
    sum_.months += sign * number.whole * unit.months;
    sum_.days += sign * number.whole * unit.days;
    sum_.micros += sign * number.whole * unit.micros;
    if (number.millionths == 0) return {};
    if (unit.months > 0) return Unsupported();
    // A part of a day is hours; a part of a second is exact.
    const int64_t span = unit.days > 0 ? unit.days * kDay : unit.micros;
    if (unit.days > 1) return Unsupported();
    sum_.micros +=
        sign * (span / kSecond * number.millionths + span % kSecond * number.millionths / kSecond);
    return {};
  }

  Failure Unsupported() const {
    return Fail(
        MakeError(ErrorCode::kUnsupported, "this form of interval is not supported: \"{}\"", text_)
            .WithHint("Write it as '1 year 2 months 3 days 04:05:06'."));
  }

  std::string_view Word() const {
    size_t size = 0;
    while (size < rest_.size() && rest_[size] >= 'a' && rest_[size] <= 'z') ++size;
    return rest_.substr(0, size);
  }
  void SkipSpace() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) {
      rest_.remove_prefix(1);
    }
  }

  const std::string text_;
  std::string_view rest_;
  Interval sum_;
};

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

}  // namespace

std::string Interval::EngineSql() const {
  return fmt::format(
      "(to_months(CAST({} AS INTEGER)) + to_days(CAST({} AS INTEGER)) + "
      "to_microseconds(CAST({} AS BIGINT)))",
      months, days, micros);
}

Result<Interval> ParseInterval(std::string_view text) {
  const auto lower = Lower(text);
  return Parser(lower).Parse(nullptr);
}

Result<Interval> ParseIntervalOf(std::string_view text, std::string_view unit) {
  const auto lower = Lower(text);
  return Parser(lower).Parse(FindUnit(unit));
}

}  // namespace firn::sql
