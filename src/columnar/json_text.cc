#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "columnar/text_forms_internal.h"
#include "columnar/utf8.h"
#include "columnar/value_text_internal.h"

namespace firn::columnar {
namespace {

constexpr int kDepthMax = 6'000;  // about what max_stack_depth = 2MB gives PostgreSQL

[[gnu::cold]] Failure Bad() {
  return Fail(MakeError(ErrorCode::kInvalidInput, "invalid input syntax for type json")
                  .WithSqlState("22P02"));
}

bool IsJsonSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool IsHex(char c) {
  return IsDigit(c) || (ToLower(c) >= 'a' && ToLower(c) <= 'f');
}
uint32_t HexValue(char c) {
  return static_cast<uint32_t>(IsDigit(c) ? c - '0' : ToLower(c) - 'a' + 10);
}

void AppendUtf8(uint32_t code, std::string& out) {
  if (code < 0x80) {
    out.push_back(static_cast<char>(code));
    return;
  }
  const int tails = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  constexpr uint8_t kLead[] = {0, 0xC0, 0xE0, 0xF0};
  out.push_back(static_cast<char>(kLead[tails] | code >> (6 * tails)));
  for (int i = tails - 1; i >= 0; --i) {
    out.push_back(static_cast<char>(0x80 | (code >> (6 * i) & 0x3F)));
  }
}

// escape_json() of PostgreSQL.
void AppendQuoted(std::string_view text, std::string& out) {
  out.push_back('"');
  for (const char c : text) {
    constexpr std::string_view kPlain = "\b\f\n\r\t\"\\";
    constexpr std::string_view kShort = "bfnrt\"\\";
    const auto at = kPlain.find(c);
    if (at != std::string_view::npos) {
      out.push_back('\\');
      out.push_back(kShort[at]);
    } else if (static_cast<uint8_t>(c) < ' ') {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<uint8_t>(c));
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

// Walks a JSON text. With `out` it writes the canonical form, without it only checks.
class Walker {
 public:
  Walker(std::string_view text, std::string* out) : rest_(text), out_(out) {}

  Status Whole() {
    FIRN_RETURN_IF_ERROR(Value(0));
    SkipSpace();
    return rest_.empty() ? Status() : Bad();
  }

 private:
  void SkipSpace() {
    while (!rest_.empty() && IsJsonSpace(rest_.front())) rest_.remove_prefix(1);
  }
  bool Take(char c) {
    SkipSpace();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void Put(std::string_view text) {
    if (out_ != nullptr) out_->append(text);
  }

  Status Value(int depth) {
    if (depth > kDepthMax) {
      return Fail(MakeError(ErrorCode::kInvalidInput, "stack depth limit exceeded")
                      .WithSqlState("54001")
                      .WithHint("Nest the JSON less deeply."));
    }
    SkipSpace();
    if (rest_.empty()) return Bad();
    const char c = rest_.front();
    if (c == '{') return Object(depth);
    if (c == '[') return Array(depth);
    if (c == '"') {
      std::string text;
      FIRN_RETURN_IF_ERROR(String(&text));
      if (out_ != nullptr) AppendQuoted(text, *out_);
      return {};
    }
    if (c == '-' || IsDigit(c)) return Number();
    for (const std::string_view word : {"true", "false", "null"}) {
      if (!rest_.starts_with(word)) continue;
      rest_.remove_prefix(word.size());
      Put(word);
      return AfterWord();
    }
    return Bad();
  }

  // A word or number must not run on: "truex", "12a".
  Status AfterWord() const {
    if (rest_.empty()) return {};
    const char c = rest_.front();
    const bool runs_on = IsDigit(c) || IsLetter(c) || c == '_' || (c & 0x80) != 0;
    return runs_on ? Bad() : Status();
  }

  Status Number() {
    size_t at = rest_.front() == '-' ? 1 : 0;
    const auto digits = [&] {
      const size_t from = at;
      while (at < rest_.size() && IsDigit(rest_[at])) ++at;
      return at > from;
    };
    if (at < rest_.size() && rest_[at] == '0') {
      ++at;
    } else if (!digits()) {
      return Bad();
    }
    if (at < rest_.size() && rest_[at] == '.') {
      ++at;
      if (!digits()) return Bad();
    }
    if (at < rest_.size() && (rest_[at] == 'e' || rest_[at] == 'E')) {
      ++at;
      if (at < rest_.size() && (rest_[at] == '+' || rest_[at] == '-')) ++at;
      if (!digits()) return Bad();
    }
    const auto number = rest_.substr(0, at);
    rest_.remove_prefix(at);
    FIRN_RETURN_IF_ERROR(AfterWord());
    if (out_ == nullptr) return {};
    std::string canonical;
    FIRN_RETURN_IF_ERROR(NumericText(number, &canonical));
    Put(canonical);
    return {};
  }

  Status String(std::string* text) {
    rest_.remove_prefix(1);
    uint32_t high = 0;  // a high surrogate that waits for its low one
    while (true) {
      if (rest_.empty()) return Bad();
      const char c = rest_.front();
      rest_.remove_prefix(1);
      const bool unicode = c == '\\' && rest_.starts_with('u');
      if (high != 0 && !unicode) return Bad();
      if (c == '"') return {};
      if (static_cast<uint8_t>(c) < ' ') return Bad();
      if (c != '\\') {
        text->push_back(c);
        continue;
      }
      if (rest_.empty()) return Bad();
      if (unicode) {
        FIRN_RETURN_IF_ERROR(Unicode(text, &high));
        continue;
      }
      constexpr std::string_view kShort = "bfnrt\"\\/";
      constexpr std::string_view kPlain = "\b\f\n\r\t\"\\/";
      const auto at = kShort.find(rest_.front());
      if (at == std::string_view::npos) return Bad();
      text->push_back(kPlain[at]);
      rest_.remove_prefix(1);
    }
  }

  Status Unicode(std::string* text, uint32_t* high) {
    constexpr size_t kDigits = 4;
    if (rest_.size() < kDigits + 1) return Bad();
    uint32_t code = 0;
    for (size_t i = 1; i <= kDigits; ++i) {
      if (!IsHex(rest_[i])) return Bad();
      code = code << 4 | HexValue(rest_[i]);
    }
    rest_.remove_prefix(kDigits + 1);
    if (out_ == nullptr) return {};  // json keeps the text: what is escaped is not looked at
    const bool is_high = code >= 0xD800 && code < 0xDC00;
    const bool is_low = code >= 0xDC00 && code < 0xE000;
    if (is_low != (*high != 0)) return Bad();
    if (is_high) {
      *high = code;
      return {};
    }
    if (code == 0) {
      return Fail(MakeError(ErrorCode::kInvalidInput, "unsupported Unicode escape sequence")
                      .WithSqlState("22P05")
                      .WithDetail("\\u0000 cannot be converted to text."));
    }
    if (is_low) code = 0x10000 + ((*high - 0xD800) << 10) + (code - 0xDC00);
    *high = 0;
    AppendUtf8(code, *text);
    return {};
  }

  Status Array(int depth) {
    rest_.remove_prefix(1);
    Put("[");
    bool first = true;
    if (Take(']')) {
      Put("]");
      return {};
    }
    do {
      if (!first) Put(", ");
      first = false;
      FIRN_RETURN_IF_ERROR(Value(depth + 1));
    } while (Take(','));
    if (!Take(']')) return Bad();
    Put("]");
    return {};
  }

  Status Object(int depth) {
    rest_.remove_prefix(1);
    std::vector<std::pair<std::string, std::string>> members;
    std::string* const whole = out_;
    if (!Take('}')) {
      do {
        SkipSpace();
        if (!rest_.starts_with('"')) return Bad();
        std::pair<std::string, std::string> member;
        FIRN_RETURN_IF_ERROR(String(&member.first));
        if (!Take(':')) return Bad();
        if (whole != nullptr) out_ = &member.second;
        const auto status = Value(depth + 1);
        out_ = whole;
        FIRN_RETURN_IF_ERROR(status);
        if (whole != nullptr) members.push_back(std::move(member));
      } while (Take(','));
      if (!Take('}')) return Bad();
    }
    if (whole != nullptr) PutMembers(members);
    return {};
  }

  void PutMembers(std::vector<std::pair<std::string, std::string>>& members) {
    std::stable_sort(members.begin(), members.end(), [](const auto& a, const auto& b) {
      return a.first.size() != b.first.size() ? a.first.size() < b.first.size() : a.first < b.first;
    });
    Put("{");
    bool first = true;
    for (size_t i = 0; i < members.size(); ++i) {
      // The last of equal keys wins.
      if (i + 1 < members.size() && members[i + 1].first == members[i].first) continue;
      if (!first) Put(", ");
      first = false;
      AppendQuoted(members[i].first, *out_);
      Put(": ");
      Put(members[i].second);
    }
    Put("}");
  }

  std::string_view rest_;
  std::string* out_;
};

}  // namespace

Status CheckJson(std::string_view text) {
  FIRN_RETURN_IF_ERROR(CheckUtf8(text));
  return Walker(text, nullptr).Whole();
}

Status JsonbText(std::string_view text, std::string* out) {
  FIRN_RETURN_IF_ERROR(CheckUtf8(text));
  out->clear();
  return Walker(text, out).Whole();
}

}  // namespace firn::columnar
