#include "sql/functions/regex.h"

#include <algorithm>
#include <list>
#include <locale>

#include <boost/regex.hpp>

#include "sql/engine_patterns.h"
#include "sql/functions/bodies.h"
#include "sql/functions/text_characters.h"

namespace firn::sql {
namespace {

using Traits = boost::cpp_regex_traits<wchar_t>;
using WideRegex = boost::basic_regex<wchar_t, Traits>;
static_assert(sizeof(wchar_t) == sizeof(char32_t));

Failure Invalid(std::string_view why) {
  return Refused("2201B", fmt::format("invalid regular expression: {}", why));
}
Failure Unsupported(std::string_view what) {
  return Fail(
      MakeError(ErrorCode::kUnsupported, "{} in a regular expression is not supported", what)
          .WithHint("Use quantifiers of one kind: all greedy, or all non-greedy."));
}

// Boost's own texts quote the expression, which it may cut within a character.
std::string_view ReasonOf(boost::regex_constants::error_type code) {
  switch (code) {
    case boost::regex_constants::error_backref:
      return "invalid backreference number";
    case boost::regex_constants::error_range:
      return "invalid character range";
    case boost::regex_constants::error_ctype:
      return "invalid character class";
    case boost::regex_constants::error_collate:
      return "invalid collating element";
    case boost::regex_constants::error_brack:
      return "brackets [] not balanced";
    case boost::regex_constants::error_paren:
      return "parentheses () not balanced";
    case boost::regex_constants::error_badbrace:
    case boost::regex_constants::error_brace:
      return "invalid repetition count(s)";
    case boost::regex_constants::error_badrepeat:
      return "quantifier operand invalid";
    case boost::regex_constants::error_escape:
      return "invalid escape \\ sequence";
    default:
      return "regular expression is too complex";
  }
}

const std::locale& CharacterLocale() {
  static const std::locale kLocale = [] {
    try {
      return std::locale("C.UTF-8");
    } catch (const std::runtime_error&) {
      return std::locale::classic();
    }
  }();
  return kLocale;
}

/// Rewrites one expression for Boost.
class Translator {
 public:
  Translator(std::u32string_view pattern, RegexOptions& options)
      : pattern_(pattern), options_(options) {}

  Result<std::wstring> Run() {
    if (options_.literal) return Quoted();
    FIRN_RETURN_IF_ERROR(Prefix());
    if (options_.literal) return Quoted();
    while (at_ < pattern_.size()) FIRN_RETURN_IF_ERROR(One());
    if (depth_ > 0) return Invalid("parentheses () not balanced");
    return std::move(out_);
  }
  bool greedy() const { return greedy_; }
  bool lazy() const { return lazy_; }

 private:
  char32_t Peek(size_t ahead = 0) const {
    return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : 0;
  }
  void Put(char32_t c) { out_ += static_cast<wchar_t>(c); }
  static bool IsDigit(char32_t c) { return c >= '0' && c <= '9'; }

  std::wstring Quoted() {
    for (; at_ < pattern_.size(); ++at_) PutLiteral(pattern_[at_]);
    return std::move(out_);
  }
  void PutLiteral(char32_t c) {
    constexpr std::u32string_view kSpecial = U".[]{}()*+?|^$\\/-";
    if (kSpecial.find(c) != kSpecial.npos) out_ += L'\\';
    Put(c);
  }

  // ***= and ***:, then (?letters).
  Status Prefix() {
    const auto rest = pattern_;
    if (rest.starts_with(U"***=")) {
      at_ = 4;
      options_.literal = true;
      return {};
    }
    if (rest.starts_with(U"***:")) at_ = 4;
    if (Peek() == '*') return Invalid("quantifier operand invalid");
    const bool letters = Peek() == '(' && Peek(1) == '?' && Peek(2) >= 'a' && Peek(2) <= 'z';
    if (!letters) return {};
    at_ += 2;
    std::string flags;
    while (at_ < pattern_.size() && Peek() != ')') {
      flags += static_cast<char>(Peek());
      ++at_;
    }
    ++at_;
    auto more = ParseRegexOptions(flags);
    if (!more) return Invalid("invalid embedded option");
    options_.ignore_case =
        more->ignore_case || (options_.ignore_case && flags.find('c') == flags.npos);
    options_.newline = options_.newline || more->newline;
    options_.literal = more->literal;
    return {};
  }

  Status One() {
    const char32_t c = pattern_[at_++];
    switch (c) {
      case '\\':
        return Escape(false);
      case '[':
        return Brackets();
      case '(':
        ++depth_;
        out_ += L'(';
        atom_ = false;
        opened_.push_back(Peek() == '?' ? 0 : ++groups_);
        if (Peek() == '?') return Group();
        return {};
      case ')':
        if (depth_-- == 0) return Invalid("parentheses () not balanced");
        closed_.push_back(opened_.back());
        opened_.pop_back();
        out_ += L')';
        atom_ = true;
        return {};
      case '|':
        out_ += L'|';
        atom_ = false;
        return {};
      case '^':
        // Boost's own ^ and $ know more line ends.
        out_ += options_.newline ? L"(?:\\A|(?<=\\n))" : L"\\A";
        atom_ = false;
        return {};
      case '$':
        out_ += options_.newline ? L"(?=\\n|\\z)" : L"\\z";
        atom_ = false;
        return {};
      case '.':
        out_ += options_.newline ? L"[^\\n]" : L".";
        atom_ = true;
        return {};
      case '*':
      case '+':
      case '?':
        return Quantifier(std::wstring(1, static_cast<wchar_t>(c)));
      case '{':
        if (IsDigit(Peek())) return Bound();
        break;
      default:
        break;
    }
    PutLiteral(c);
    atom_ = true;
    return {};
  }

  Status Group() {
    if (Peek(1) == ':' || Peek(1) == '=' || Peek(1) == '!') {
      Put('?');
      Put(Peek(1));
      at_ += 2;
      return {};
    }
    if (Peek(1) == '<' && (Peek(2) == '=' || Peek(2) == '!')) {
      out_ += L"?<";
      Put(Peek(2));
      at_ += 3;
      return {};
    }
    return Invalid("quantifier operand invalid");
  }

  Status Quantifier(const std::wstring& text) {
    if (!atom_) return Invalid("quantifier operand invalid");
    out_ += text;
    if (Peek() == '?') {
      ++at_;
      out_ += L'?';
      lazy_ = true;
    } else {
      greedy_ = true;
    }
    atom_ = false;
    return {};
  }

  Status Bound() {
    constexpr int kMost = 255;  // DUPMAX
    const auto number = [&]() -> Result<int> {
      int value = 0;
      while (IsDigit(Peek())) {
        value = value * 10 + static_cast<int>(pattern_[at_++] - '0');
        if (value > kMost) return Invalid("invalid repetition count(s)");
      }
      return value;
    };
    FIRN_TRY(const int low, number());
    std::wstring text = L"{" + std::to_wstring(low);
    bool exact = true;
    if (Peek() == ',') {
      exact = false;
      ++at_;
      text += L',';
      if (IsDigit(Peek())) {
        FIRN_TRY(const int high, number());
        if (high < low) return Invalid("invalid repetition count(s)");
        text += std::to_wstring(high);
      }
    }
    if (Peek() != '}') return Invalid("braces {} not balanced");
    ++at_;
    const bool was_greedy = greedy_;
    FIRN_RETURN_IF_ERROR(Quantifier(text + L"}"));
    // {n} has no preference of its own.
    if (exact && !lazy_) greedy_ = was_greedy;
    return {};
  }

  Result<char32_t> HexDigits(size_t count) {
    char32_t code = 0;
    for (size_t i = 0; i < count; ++i) {
      const char32_t c = Peek();
      const int digit = IsDigit(c)             ? static_cast<int>(c - '0')
                        : c >= 'a' && c <= 'f' ? static_cast<int>(c - 'a') + 10
                        : c >= 'A' && c <= 'F' ? static_cast<int>(c - 'A') + 10
                                               : -1;
      if (digit < 0) return Invalid("invalid escape \\ sequence");
      code = code * 16 + static_cast<char32_t>(digit);
      ++at_;
    }
    return code;
  }

  Status Escape(bool in_brackets) {
    if (at_ >= pattern_.size()) return Invalid("invalid escape \\ sequence");
    const char32_t c = pattern_[at_++];
    constexpr std::u32string_view kClasses = U"dswDSW";
    if (kClasses.find(c) != kClasses.npos) {
      out_ += L'\\';
      Put(c);
      atom_ = true;
      return {};
    }
    atom_ = true;
    constexpr std::pair<char32_t, char32_t> kControls[] = {{'a', 7},  {'b', 8},  {'e', 27},
                                                           {'f', 12}, {'n', 10}, {'r', 13},
                                                           {'t', 9},  {'v', 11}, {'B', '\\'}};
    for (const auto& [letter, code] : kControls) {
      if (c != letter) continue;
      if (code == '\\') out_ += L'\\';
      Put(code);
      return {};
    }
    if (c == 'u' || c == 'U') {
      FIRN_TRY(const char32_t code, HexDigits(c == 'u' ? 4 : 8));
      PutLiteral(code);
      return {};
    }
    if (c == 'x') {
      FIRN_TRY(const char32_t code, HexDigits(2));
      PutLiteral(code);
      return {};
    }
    if (!in_brackets) {
      constexpr std::pair<char32_t, const wchar_t*> kPlaces[] = {
          {'A', L"\\A"}, {'Z', L"\\z"}, {'m', L"\\<"}, {'M', L"\\>"}, {'y', L"\\b"}, {'Y', L"\\B"}};
      for (const auto& [letter, place] : kPlaces) {
        if (c != letter) continue;
        out_ += place;
        atom_ = false;
        return {};
      }
      if (c >= '1' && c <= '9') {
        // Of a group that has ended before.
        if (std::find(closed_.begin(), closed_.end(), static_cast<int>(c - '0')) == closed_.end()) {
          return Invalid("invalid backreference number");
        }
        out_ += L'\\';
        Put(c);
        return {};
      }
    }
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || IsDigit(c)) {
      return Invalid("invalid escape \\ sequence");
    }
    PutLiteral(c);
    return {};
  }

  Status Brackets() {
    if (pattern_.substr(at_).starts_with(U"[:<:]]")) {
      at_ += 6;
      out_ += L"\\<";
      return {};
    }
    if (pattern_.substr(at_).starts_with(U"[:>:]]")) {
      at_ += 6;
      out_ += L"\\>";
      return {};
    }
    out_ += L'[';
    if (Peek() == '^') {
      ++at_;
      out_ += options_.newline ? L"^\\n" : L"^";
    }
    bool first = true;
    while (true) {
      if (at_ >= pattern_.size()) return Invalid("brackets [] not balanced");
      const char32_t c = pattern_[at_++];
      if (c == ']' && !first) break;
      first = false;
      if (c == '\\') {
        FIRN_RETURN_IF_ERROR(Escape(true));
      } else if (c == '[' && (Peek() == ':' || Peek() == '.' || Peek() == '=')) {
        const char32_t mark = Peek();
        out_ += L'[';
        do {
          if (at_ >= pattern_.size()) return Invalid("brackets [] not balanced");
          Put(pattern_[at_++]);
        } while (!(Peek() == mark && Peek(1) == ']') || out_.back() == L'[');
        Put(mark);
        out_ += L']';
        at_ += 2;
      } else if (c == '[' || c == ']' || c == '^' || c == '&' || c == '~') {
        out_ += L'\\';
        Put(c);
      } else {
        Put(c);
      }
    }
    out_ += L']';
    atom_ = true;
    return {};
  }

  std::u32string_view pattern_;
  RegexOptions& options_;
  size_t at_ = 0;
  int depth_ = 0;
  int groups_ = 0;           // those that capture
  std::vector<int> opened_;  // their numbers, 0 for others
  std::vector<int> closed_;
  bool atom_ = false;  // something a quantifier can stand after
  bool greedy_ = false;
  bool lazy_ = false;
  std::wstring out_;
};

class BoostRegex : public Regex {
 public:
  BoostRegex(const WideRegex& regex, bool greedy, bool lazy)
      : regex_(regex), greedy_(greedy), lazy_(lazy) {}

  Result<std::optional<RegexSpans>> Search(std::u32string_view text, size_t from) const override {
    if (greedy_ && lazy_) return Unsupported("a mix of greedy and non-greedy quantifiers");
    Found found;
    FIRN_TRY(const bool any,
             Find(text, from, lazy_ ? boost::match_default : boost::match_posix, &found));
    if (!any) return std::nullopt;
    if (!lazy_ && found.size() > 1) FIRN_RETURN_IF_ERROR(FindParts(text, &found));
    const auto* begin = CharactersOf(text);
    RegexSpans spans;
    for (const auto& part : found) {
      if (part.matched) {
        spans.emplace_back(static_cast<int>(part.first - begin),
                           static_cast<int>(part.second - begin));
      } else {
        spans.emplace_back(-1, -1);
      }
    }
    return spans;
  }
  Result<bool> Matches(std::u32string_view text) const override {
    Found found;
    return Find(text, 0, boost::match_any, &found);
  }
  size_t groups() const override { return regex_.mark_count(); }

 private:
  using Found = boost::match_results<const wchar_t*>;

  static const wchar_t* CharactersOf(std::u32string_view text) {
    return reinterpret_cast<const wchar_t*>(text.data());
  }

  /// Calls `search`, which may take too many steps.
  template <typename Search>
  static Result<bool> Try(const Search& search) {
    try {
      return search();
    } catch (const std::runtime_error&) {
      return Refused("2201B", "regular expression failed: it takes too many steps");
    }
  }
  Result<bool> Find(std::u32string_view text, size_t from, boost::match_flag_type flags,
                    Found* found) const {
    if (from > text.size()) return false;
    const auto* begin = CharactersOf(text);
    return Try([&] {
      return boost::regex_search(begin + from, begin + text.size(), *found, regex_, flags, begin);
    });
  }

  /// What the parentheses match. Which match is the longest has been found; within it PostgreSQL
  /// gives each part in turn as much as it can have, as backtracking does. Boost's longest match
  /// has the longest parentheses instead, whatever stands before them.
  Status FindParts(std::u32string_view text, Found* found) const {
    const auto* begin = CharactersOf(text);
    const auto whole = (*found)[0];
    Found parts;
    const auto flags = boost::match_default | boost::match_continuous;
    FIRN_TRY(bool same, Find(text, static_cast<size_t>(whole.first - begin), flags, &parts));
    same = same && parts[0].second == whole.second;
    if (!same) {
      auto inside = boost::match_default;
      if (whole.first != begin) inside |= boost::match_prev_avail | boost::match_not_bob;
      if (whole.second != begin + text.size()) inside |= boost::match_not_eob;
      FIRN_TRY(same, Try([&] {
                 return boost::regex_match(whole.first, whole.second, parts, regex_, inside);
               }));
    }
    if (same) *found = parts;
    return {};
  }

  WideRegex regex_;
  bool greedy_;
  bool lazy_;
};

Result<std::shared_ptr<const Regex>> Compile(std::string_view pattern, RegexOptions options) {
  const auto characters = ToCharacters(pattern);
  Translator translator(characters, options);
  FIRN_TRY(const auto text, translator.Run());
  WideRegex regex;
  regex.imbue(CharacterLocale());
  auto flags = boost::regex_constants::perl | boost::regex_constants::mod_s;
  if (!options.newline) flags |= boost::regex_constants::no_mod_m;
  if (options.ignore_case) flags |= boost::regex_constants::icase;
  try {
    regex.assign(text, flags);
  } catch (const boost::regex_error& error) {
    return Invalid(ReasonOf(error.code()));
  }
  const bool plain = !options.ignore_case && !options.newline && !options.literal;
  const bool first = options.perl || (plain && GroupsIfFirstIsLongest(pattern));
  return std::make_shared<const BoostRegex>(std::move(regex), translator.greedy() && !first,
                                            translator.lazy() || first);
}

}  // namespace

Result<RegexOptions> ParseRegexOptions(std::string_view flags) {
  RegexOptions options;
  for (const char c : flags) {
    switch (c) {
      case 'g':
        options.global = true;
        break;
      case 'i':
        options.ignore_case = true;
        break;
      case 'c':
        options.ignore_case = false;
        break;
      case 'n':
      case 'm':
        options.newline = true;
        break;
      case 's':
        options.newline = false;
        break;
      case 'q':
        options.literal = true;
        break;
      case 't':
        break;
      case 'b':
      case 'e':
      case 'p':
      case 'w':
      case 'x':
        return Unsupported(fmt::format("the option \"{}\"", c));
      default:
        return Refused("22023", fmt::format("invalid regular expression option: \"{}\"", c));
    }
  }
  return options;
}

Result<std::shared_ptr<const Regex>> Regex::Of(std::string_view pattern,
                                               const RegexOptions& options) {
  constexpr size_t kKept = 32;
  struct Known {
    std::string key;
    std::shared_ptr<const Regex> regex;
  };
  thread_local std::list<Known> known;
  std::string key(pattern);
  key += '\0';
  key += options.ignore_case ? 'i' : '-';
  key += options.newline ? 'n' : '-';
  key += options.literal ? 'q' : '-';
  key += options.perl ? 'p' : '-';
  for (auto at = known.begin(); at != known.end(); ++at) {
    if (at->key != key) continue;
    known.splice(known.begin(), known, at);
    return known.front().regex;
  }
  FIRN_TRY(auto regex, Compile(pattern, options));
  known.push_front({std::move(key), regex});
  if (known.size() > kKept) known.pop_back();
  return regex;
}

Result<std::vector<RegexSpans>> AllMatches(const Regex& regex, std::u32string_view text,
                                           size_t from, bool split) {
  std::vector<RegexSpans> all;
  int last_end = 0;
  while (true) {
    if (engine::ShouldStop()) return engine::CallStopped();
    FIRN_TRY(auto found, regex.Search(text, from));
    if (!found) return all;
    const auto [start, end] = found->front();
    if (!split || (start < static_cast<int>(text.size()) && end > last_end)) {
      all.push_back(*std::move(found));
      last_end = end;
    }
    from = static_cast<size_t>(start < end ? end : end + 1);
    if (from > text.size()) return all;
  }
}

Result<std::string> SimilarToRegex(std::string_view pattern_in,
                                   std::optional<std::string_view> escape_in) {
  const auto pattern = ToCharacters(pattern_in);
  const auto escape = ToCharacters(escape_in.value_or("\\"));
  if (escape.size() > 1) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "invalid escape string")
                    .WithSqlState("22025")
                    .WithHint("Escape string must be empty or one character."));
  }
  std::string out = "^(?:";
  bool escaped = false;
  bool in_brackets = false;
  int quotes = 0;
  for (const char32_t c : pattern) {
    if (escaped) {
      if (c == '"' && !in_brackets) {
        if (quotes == 0) {
          // What comes before the separator is as short as can be.
          std::string lazy;
          for (const char one : out) {
            lazy += one;
            if (one == '*' || one == '+') lazy += '?';
          }
          out = lazy + ")(";
        } else if (quotes == 1) {
          out += ")(?:";
        } else {
          return Refused("2200C",
                         "SQL regular expression may not contain more than two escape-double-quote "
                         "separators");
        }
        ++quotes;
      } else {
        out += '\\';
        AppendCharacter(c, out);
      }
      escaped = false;
    } else if (!escape.empty() && c == escape.front()) {
      escaped = true;
    } else if (in_brackets) {
      if (c == '\\') out += '\\';
      AppendCharacter(c, out);
      if (c == ']') in_brackets = false;
    } else if (c == '[') {
      out += '[';
      in_brackets = true;
    } else if (c == '%') {
      out += ".*";
    } else if (c == '_') {
      out += '.';
    } else if (c == '(') {
      out += "(?:";
    } else {
      if (c == '\\' || c == '.' || c == '^' || c == '$') out += '\\';
      AppendCharacter(c, out);
    }
  }
  return out + ")$";
}

}  // namespace firn::sql
