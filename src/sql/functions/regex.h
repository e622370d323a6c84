// sql: PostgreSQL's advanced regular expressions, by way of Boost.Regex over characters.
//
// What the two read differently is translated (\m \M \y \Z, ^ and $, newlines); greedy expressions
// are matched by the leftmost-longest rule, as PostgreSQL's are. Where the translation would mean
// something else (greedy and non-greedy quantifiers in one expression) it is refused.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace firn::sql {

struct RegexOptions {
  bool global = false;
  bool ignore_case = false;
  bool newline = false;  // . and [^…] stop at line ends, ^ and $ match there
  bool literal = false;
  bool perl = false;  // quantifiers of both kinds, each as it says
};
/// From the letters of a flags argument. Errors: 22023; 0A000 for letters not supported.
Result<RegexOptions> ParseRegexOptions(std::string_view flags);

/// Where a match and its parentheses lie, in characters; {-1, -1}: not part of the match.
using RegexSpans = std::vector<std::pair<int, int>>;

/// Threads: any number at once.
class Regex {
 public:
  virtual ~Regex() = default;
  /// The first match at or after `from`. Errors: 2201B when matching takes too many steps.
  virtual Result<std::optional<RegexSpans>> Search(std::u32string_view text, size_t from) const = 0;
  /// Whether there is a match, whichever it is: also for mixed quantifiers.
  virtual Result<bool> Matches(std::u32string_view text) const = 0;
  virtual size_t groups() const = 0;

  /// Compiled before on this thread, or compiled now. Errors: 2201B.
  static Result<std::shared_ptr<const Regex>> Of(std::string_view pattern,
                                                 const RegexOptions& options);
};

/// Every match from `from` on. `split`: without the empty ones that split nothing.
Result<std::vector<RegexSpans>> AllMatches(const Regex& regex, std::u32string_view text,
                                           size_t from, bool split);

/// A SIMILAR TO pattern as a regular expression. Errors: 22025, 2200C.
Result<std::string> SimilarToRegex(std::string_view pattern,
                                   std::optional<std::string_view> escape);

}  // namespace firn::sql
