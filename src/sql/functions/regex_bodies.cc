// The regexp_ functions, and substring() by pattern.
#include <algorithm>

#include "sql/functions/bodies.h"
#include "sql/functions/regex.h"
#include "sql/functions/text_characters.h"

namespace firn::sql {
namespace {

using engine::Scalar;
using Texts = std::vector<std::optional<std::string>>;

std::string TextOf(std::u32string_view text, std::pair<int, int> span) {
  return FromCharacters(
      text.substr(static_cast<size_t>(span.first), static_cast<size_t>(span.second - span.first)));
}

// What regexp_match gives: the parentheses, or the whole match where there are none.
Texts Captures(std::u32string_view text, const RegexSpans& spans) {
  Texts out;
  for (size_t i = spans.size() > 1 ? 1 : 0; i < spans.size(); ++i) {
    if (spans[i].first < 0) {
      out.emplace_back(std::nullopt);
    } else {
      out.emplace_back(TextOf(text, spans[i]));
    }
  }
  return out;
}

struct Call {
  RegexOptions options;
  std::shared_ptr<const Regex> regex;
  std::u32string text;
};

Result<Call> Begin(std::string_view text, std::string_view pattern, std::string_view flags,
                   std::string_view name_if_not_global) {
  Call call;
  FIRN_TRY(call.options, ParseRegexOptions(flags));
  if (call.options.global && !name_if_not_global.empty()) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "{}() does not support the \"global\" option",
                          name_if_not_global)
                    .WithSqlState("22023"));
  }
  FIRN_TRY(call.regex, Regex::Of(pattern, call.options));
  call.text = ToCharacters(text);
  return call;
}

Status CheckAtLeast(std::string_view name, int32_t value, int32_t least) {
  if (value >= least) return {};
  return Refused("22023", fmt::format("invalid value for parameter \"{}\": {}", name, value));
}

// \1 … \9, \& and \\ in a replacement.
void AppendReplacement(std::u32string_view text, const RegexSpans& spans,
                       std::u32string_view replacement, std::u32string& out) {
  for (size_t i = 0; i < replacement.size(); ++i) {
    const char32_t c = replacement[i];
    if (c != '\\' || i + 1 >= replacement.size()) {
      out += c;
      continue;
    }
    const char32_t next = replacement[i + 1];
    if (next == '\\') {
      out += U'\\';
    } else if (next == '&' || (next >= '1' && next <= '9')) {
      const size_t group = next == '&' ? 0 : next - '0';
      if (group < spans.size() && spans[group].first >= 0) {
        const auto [start, end] = spans[group];
        out += text.substr(static_cast<size_t>(start), static_cast<size_t>(end - start));
      }
    } else {
      out += c;
      continue;
    }
    ++i;
  }
}

// The n-th match only, or every one from the first on when n is 0.
Result<std::string> Replace(const Call& call, std::string_view replacement_in, int32_t start,
                            int32_t n) {
  const std::u32string_view text = call.text;
  const auto replacement = ToCharacters(replacement_in);
  std::u32string out;
  size_t copied = 0;
  auto from = static_cast<size_t>(start - 1);
  for (int32_t count = 1; from <= text.size(); ++count) {
    if (engine::ShouldStop()) return engine::CallStopped();
    if (out.size() > kMadeTextMax) return TextTooLarge();
    FIRN_TRY(const auto found, call.regex->Search(text, from));
    if (!found) break;
    const auto [first, last] = found->front();
    if (n == 0 || count == n) {
      out += text.substr(copied, static_cast<size_t>(first) - copied);
      AppendReplacement(text, *found, replacement, out);
      copied = static_cast<size_t>(last);
      if (n != 0) break;
    }
    from = static_cast<size_t>(first == last ? last + 1 : last);
  }
  out += text.substr(copied);
  return FromCharacters(out);
}

Result<std::optional<RegexSpans>> Nth(const Call& call, int32_t start, int32_t n) {
  FIRN_TRY(auto all, AllMatches(*call.regex, call.text, static_cast<size_t>(start - 1), false));
  if (static_cast<size_t>(n) > all.size()) return std::nullopt;
  return std::move(all[static_cast<size_t>(n - 1)]);
}

Result<int32_t> Instr(std::string_view text, std::string_view pattern, int32_t start, int32_t n,
                      int32_t after, std::string_view flags, int32_t group) {
  FIRN_RETURN_IF_ERROR(CheckAtLeast("start", start, 1));
  FIRN_RETURN_IF_ERROR(CheckAtLeast("n", n, 1));
  if (after != 0 && after != 1) {
    return Refused("22023", fmt::format("invalid value for parameter \"endoption\": {}", after));
  }
  FIRN_RETURN_IF_ERROR(CheckAtLeast("subexpr", group, 0));
  FIRN_TRY(const auto call, Begin(text, pattern, flags, "regexp_instr"));
  FIRN_TRY(const auto found, Nth(call, start, n));
  if (!found || static_cast<size_t>(group) >= found->size()) return 0;
  const auto [first, last] = (*found)[static_cast<size_t>(group)];
  if (first < 0) return 0;
  return (after == 1 ? last : first) + 1;
}

Result<std::optional<std::string>> Substr(std::string_view text, std::string_view pattern,
                                          int32_t start, int32_t n, std::string_view flags,
                                          int32_t group) {
  FIRN_RETURN_IF_ERROR(CheckAtLeast("start", start, 1));
  FIRN_RETURN_IF_ERROR(CheckAtLeast("n", n, 1));
  FIRN_RETURN_IF_ERROR(CheckAtLeast("subexpr", group, 0));
  FIRN_TRY(const auto call, Begin(text, pattern, flags, "regexp_substr"));
  FIRN_TRY(const auto found, Nth(call, start, n));
  if (!found || static_cast<size_t>(group) >= found->size()) return std::nullopt;
  const auto span = (*found)[static_cast<size_t>(group)];
  if (span.first < 0) return std::nullopt;
  return TextOf(call.text, span);
}

Result<std::optional<std::string>> FirstOf(std::string_view text, std::string_view pattern,
                                           bool perl) {
  FIRN_TRY(auto call, Begin(text, "", "", ""));
  call.options.perl = perl;
  FIRN_TRY(call.regex, Regex::Of(pattern, call.options));
  FIRN_TRY(const auto found, call.regex->Search(call.text, 0));
  if (!found) return std::nullopt;
  const auto span = (*found)[found->size() > 1 ? 1 : 0];
  if (span.first < 0) return std::nullopt;
  return TextOf(call.text, span);
}

Result<Texts> Split(std::string_view text, std::string_view pattern, std::string_view flags,
                    std::string_view name) {
  FIRN_TRY(const auto call, Begin(text, pattern, flags, name));
  FIRN_TRY(const auto all, AllMatches(*call.regex, call.text, 0, true));
  Texts out;
  int from = 0;
  for (const auto& spans : all) {
    out.emplace_back(TextOf(call.text, {from, spans.front().first}));
    from = spans.front().second;
  }
  out.emplace_back(TextOf(call.text, {from, static_cast<int>(call.text.size())}));
  return out;
}

void AddMatching(EngineFunctions& to) {
  to.push_back(Scalar(
      "sql_regexp_like",
      [](std::string_view text, std::string_view pattern, std::string_view flags) -> Result<bool> {
        FIRN_TRY(const auto call, Begin(text, pattern, flags, "regexp_like"));
        return call.regex->Matches(call.text);
      }));
  to.push_back(Scalar("sql_similar", [](std::string_view pattern, std::string_view escape) {
    return SimilarToRegex(pattern, escape);
  }));
  to.push_back(Scalar("sql_regexp_match",
                      [](std::string_view text, std::string_view pattern,
                         std::string_view flags) -> Result<std::optional<Texts>> {
                        FIRN_TRY(const auto call, Begin(text, pattern, flags, "regexp_match"));
                        FIRN_TRY(const auto found, call.regex->Search(call.text, 0));
                        if (!found) return std::nullopt;
                        return Captures(call.text, *found);
                      }));
  to.push_back(Scalar("sql_regexp_count",
                      [](std::string_view text, std::string_view pattern, int32_t start,
                         std::string_view flags) -> Result<int32_t> {
                        FIRN_RETURN_IF_ERROR(CheckAtLeast("start", start, 1));
                        FIRN_TRY(const auto call, Begin(text, pattern, flags, "regexp_count"));
                        FIRN_TRY(const auto all, AllMatches(*call.regex, call.text,
                                                            static_cast<size_t>(start - 1), false));
                        return static_cast<int32_t>(all.size());
                      }));
  to.push_back(Scalar("sql_regexp_instr",
                      [](std::string_view text, std::string_view pattern, int32_t start, int32_t n,
                         int32_t after, std::string_view flags, int32_t group) {
                        return Instr(text, pattern, start, n, after, flags, group);
                      }));
  to.push_back(Scalar("sql_regexp_substr",
                      [](std::string_view text, std::string_view pattern, int32_t start, int32_t n,
                         std::string_view flags,
                         int32_t group) { return Substr(text, pattern, start, n, flags, group); }));
  to.push_back(Scalar("sql_regexp_substring", [](std::string_view text, std::string_view pattern) {
    return FirstOf(text, pattern, false);
  }));
  to.push_back(Scalar("sql_similar_substring",
                      [](std::string_view text, std::string_view pattern,
                         std::string_view escape) -> Result<std::optional<std::string>> {
                        FIRN_TRY(const auto regex, SimilarToRegex(pattern, escape));
                        return FirstOf(text, regex, true);
                      }));
}

}  // namespace

void AddRegexFunctions(EngineFunctions& functions) {
  AddMatching(functions);
  functions.push_back(
      Scalar("sql_regexp_replace",
             [](std::string_view text, std::string_view pattern, std::string_view replacement,
                int32_t start, int32_t n, std::string_view flags) -> Result<std::string> {
               FIRN_RETURN_IF_ERROR(CheckAtLeast("start", start, 1));
               FIRN_RETURN_IF_ERROR(CheckAtLeast("n", n, 0));
               FIRN_TRY(const auto call, Begin(text, pattern, flags, ""));
               return Replace(call, replacement, start, n);
             }));
  functions.push_back(Scalar(
      "sql_regexp_replace_flags",
      [](std::string_view text, std::string_view pattern, std::string_view replacement,
         std::string_view flags) -> Result<std::string> {
        if (!flags.empty() && flags.front() >= '0' && flags.front() <= '9') {
          return Fail(MakeError(ErrorCode::kInvalidInput,
                                "invalid regular expression option: \"{}\"", flags.substr(0, 1))
                          .WithSqlState("22023")
                          .WithHint("If you meant to use regexp_replace() with a start parameter, "
                                    "cast the fourth argument to integer explicitly."));
        }
        FIRN_TRY(const auto call, Begin(text, pattern, flags, ""));
        return Replace(call, replacement, 1, call.options.global ? 0 : 1);
      }));
  functions.push_back(Scalar("sql_regexp_split", [](std::string_view text, std::string_view pattern,
                                                    std::string_view flags) {
    return Split(text, pattern, flags, "regexp_split_to_array");
  }));
  functions.push_back(Scalar(
      "sql_regexp_matches",
      [](std::string_view text, std::string_view pattern, std::string_view flags) -> Result<Texts> {
        // How many parts each match has, then all parts: the caller cuts them into rows.
        FIRN_TRY(const auto call, Begin(text, pattern, flags, ""));
        FIRN_TRY(const auto all, AllMatches(*call.regex, call.text, 0, false));
        Texts out{"1"};
        for (const auto& spans : all) {
          auto parts = Captures(call.text, spans);
          out.front() = std::to_string(parts.size());
          std::move(parts.begin(), parts.end(), std::back_inserter(out));
          if (!call.options.global) break;
        }
        return out;
      }));
}

}  // namespace firn::sql
