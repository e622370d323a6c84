#include "sql/parameter_value.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/settings.h"
#include "sql/ident.h"
#include "sql/past_point.h"

namespace firn::sql {
namespace {

Error BadValue(const ParameterDefinition& parameter, std::string_view value) {
  return MakeError(ErrorCode::kInvalidInput, "invalid value for parameter \"{}\": \"{}\"",
                   parameter.name, value)
      .WithSqlState("22023");
}

std::optional<int64_t> ReadInteger(std::string_view text) {
  int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  return number;
}

Result<std::string> ReadBool(const ParameterDefinition& parameter, std::string_view value) {
  const auto text = LowerCase(value);
  for (const std::string_view yes : {"on", "true", "yes", "1", "t", "y"}) {
    if (text == yes) return std::string("on");
  }
  for (const std::string_view no : {"off", "false", "no", "0", "f", "n"}) {
    if (text == no) return std::string("off");
  }
  return Fail(MakeError(ErrorCode::kInvalidInput, "parameter \"{}\" requires a Boolean value",
                        parameter.name)
                  .WithSqlState("22023"));
}

/// A number with the largest unit that divides it.
std::string WithUnit(int64_t value, std::span<const std::pair<std::string_view, int64_t>> units) {
  if (value == 0) return "0";
  for (const auto& [unit, factor] : units) {
    if (value % factor == 0) return fmt::format("{}{}", value / factor, unit);
  }
  return std::to_string(value);
}

Result<std::string> ReadDuration(const ParameterDefinition& parameter, std::string_view value) {
  constexpr std::array<std::pair<std::string_view, int64_t>, 5> kUnits = {
      {{"d", 86'400'000}, {"h", 3'600'000}, {"min", 60'000}, {"s", 1000}, {"ms", 1}}};
  auto ms = ReadMilliseconds(value);
  if (!ms || *ms > parameter.high) {
    return Fail(BadValue(parameter, value)
                    .WithHint("Valid units for this parameter are \"us\", \"ms\", \"s\", "
                              "\"min\", \"h\", and \"d\"."));
  }
  return WithUnit(*ms, kUnits);
}

Result<std::string> ReadMemory(const ParameterDefinition& parameter, std::string_view value) {
  constexpr std::array<std::pair<std::string_view, int64_t>, 4> kUnits = {
      {{"TB", 1LL << 30}, {"GB", 1LL << 20}, {"MB", 1LL << 10}, {"kB", 1}}};
  const auto plain = ReadInteger(value);
  if (plain) return WithUnit(*plain, kUnits);
  auto bytes = ParseBytes(value);
  if (!bytes) return Fail(BadValue(parameter, value));
  return WithUnit(*bytes >> 10, kUnits);
}

Result<std::string> ReadChoice(const ParameterDefinition& parameter, std::string_view value) {
  std::string available;
  for (std::string_view rest = parameter.choices; !rest.empty();) {
    const auto bar = rest.find('|');
    const auto choice = rest.substr(0, bar);
    if (EqualsIgnoringCase(choice, value)) return std::string(choice);
    if (!available.empty()) available += ", ";
    available += choice;
    rest = bar == std::string_view::npos ? std::string_view() : rest.substr(bar + 1);
  }
  return Fail(BadValue(parameter, value).WithHint(fmt::format("Available values: {}.", available)));
}

Result<std::string> OnlyValue(const ParameterDefinition& parameter, std::string_view value,
                              std::span<const std::string_view> spellings, std::string_view shown) {
  for (const auto spelling : spellings) {
    if (EqualsIgnoringCase(spelling, value)) return std::string(shown);
  }
  return Fail(
      MakeError(ErrorCode::kUnsupported, "{} \"{}\" is not supported", parameter.name, value)
          .WithSqlState("0A000")
          .WithHint(fmt::format("firn works with {} = {} only.", parameter.name, shown)));
}

Result<std::string> ReadDateStyle(const ParameterDefinition& parameter, std::string_view value) {
  std::string order = "MDY";
  FIRN_TRY(const auto words, SplitNames(value));
  for (const auto& word : words) {
    if (word == "iso") continue;
    if (word == "mdy" || word == "us" || word == "noneuro" || word == "noneuropean") continue;
    if (word == "default") continue;
    return OnlyValue(parameter, value, {}, "ISO, MDY");
  }
  return "ISO, " + order;
}

Result<std::vector<std::string>> SplitList(std::string_view text, char separator) {
  std::vector<std::string> names;
  size_t at = 0;
  const auto skip = [&] {
    while (at < text.size() && std::isspace(static_cast<unsigned char>(text[at]))) ++at;
  };
  for (skip(); at < text.size(); skip()) {
    std::string name;
    if (text[at] == '"') {
      for (++at; at < text.size(); ++at) {
        if (text[at] != '"') {
          name += text[at];
        } else if (at + 1 < text.size() && text[at + 1] == '"') {
          name += text[at++];
        } else {
          break;
        }
      }
      ++at;
    } else {
      while (at < text.size() && text[at] != separator &&
             !std::isspace(static_cast<unsigned char>(text[at]))) {
        name += text[at++];
      }
      name = LowerCase(name);
    }
    names.push_back(std::move(name));
    skip();
    if (at < text.size() && text[at] != separator) {
      return Fail(MakeError(ErrorCode::kInvalidInput, "list syntax is invalid: \"{}\"", text)
                      .WithSqlState("22023"));
    }
    ++at;
  }
  return names;
}

Result<std::string> ReadNames(std::string_view value) {
  FIRN_TRY(const auto names, SplitNames(value));
  std::string list;
  for (const auto& name : names) {
    if (!list.empty()) list += ", ";
    list += name.empty() ? "\"\"" : DisplayIdentifier(name);
  }
  return list;
}

}  // namespace

Result<int64_t> ReadMilliseconds(std::string_view text) {
  if (const auto plain = ReadInteger(text)) {
    if (*plain >= 0) return *plain;
    return Fail(ErrorCode::kInvalidInput, "a duration is not negative: \"{}\"", text);
  }
  if (text.ends_with("us")) {
    const auto us = ReadInteger(text.substr(0, text.find_last_not_of(" us") + 1));
    if (us && *us >= 0) return std::llrint(static_cast<double>(*us) / 1000);
  }
  return ParseDurationMs(text);
}

Result<std::string> ReadParameter(const ParameterDefinition& parameter, std::string_view value) {
  // asyncpg puts it in quotes; PostgreSQL looks at letters and digits alone.
  constexpr std::array<std::string_view, 5> kUtf8 = {"UTF8", "UTF-8", "UNICODE", "UTF_8",
                                                     "'utf-8'"};
  if (parameter.name == "client_encoding") return OnlyValue(parameter, value, kUtf8, "UTF8");
  if (parameter.name == "firn.as_of") {
    FIRN_RETURN_IF_ERROR(PastFromText(value, {}));
  }
  if (parameter.name == "IntervalStyle") {
    for (const std::string_view other : {"postgres_verbose", "sql_standard", "iso_8601"}) {
      if (EqualsIgnoringCase(value, other)) return OnlyValue(parameter, value, {}, "postgres");
    }
  }
  const bool fixed =
      parameter.name == "standard_conforming_strings" || parameter.name == "transform_null_equals";
  if (fixed) {
    FIRN_TRY(const auto truth, ReadBool(parameter, value));
    return OnlyValue(parameter, truth, std::array{parameter.choices}, parameter.choices);
  }
  if (parameter.name == "DateStyle") return ReadDateStyle(parameter, value);
  switch (parameter.kind) {
    case ParameterKind::kBool:
      return ReadBool(parameter, value);
    case ParameterKind::kDuration:
      return ReadDuration(parameter, value);
    case ParameterKind::kMemory:
      return ReadMemory(parameter, value);
    case ParameterKind::kChoice:
      return ReadChoice(parameter, value);
    case ParameterKind::kInteger: {
      const auto number = ReadInteger(value);
      if (!number) return Fail(BadValue(parameter, value));
      if (*number < parameter.low || *number > parameter.high) {
        return Fail(MakeError(ErrorCode::kInvalidInput,
                              "{} is outside the valid range for parameter \"{}\" ({} .. {})",
                              *number, parameter.name, parameter.low, parameter.high)
                        .WithSqlState("22023"));
      }
      return std::to_string(*number);
    }
    case ParameterKind::kReadOnly:
      return Fail(
          MakeError(ErrorCode::kDenied, "parameter \"{}\" cannot be changed", parameter.name)
              .WithSqlState("55P02"));
    case ParameterKind::kNames:
      return ReadNames(value);
    case ParameterKind::kZone: {
      auto zone = columnar::TimeZone::Find(EngineZone(value));
      if (zone) return (*zone)->name();
      const bool offset = !value.empty() && std::string_view("+-0123456789").find(value.front()) !=
                                                std::string_view::npos;
      if (!offset) return Fail(std::move(zone).error());
      return Fail(MakeError(ErrorCode::kUnsupported, "TimeZone \"{}\" is not supported", value)
                      .WithHint("Use whole hours, or a name such as Asia/Kolkata."));
    }
    case ParameterKind::kRole:
    case ParameterKind::kText:
      break;
  }
  return std::string(value);
}

Result<std::vector<std::string>> SplitNames(std::string_view text) {
  return SplitList(text, ',');
}

std::vector<std::string> SplitQualified(std::string_view text) {
  auto names = SplitList(text, '.');
  return names ? *std::move(names) : std::vector<std::string>();
}

std::string EngineZone(std::string_view shown) {
  const auto end = shown.find('>');
  if (!shown.starts_with('<') || end == std::string_view::npos || end < 2) {
    return std::string(shown);
  }
  return std::string(shown.substr(1, end - 1));
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (auto& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && LowerCase(a) == LowerCase(b);
}

}  // namespace firn::sql
