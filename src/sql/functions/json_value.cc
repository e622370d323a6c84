#include "sql/functions/json_value.h"

#include <algorithm>

#include "sql/functions/bodies.h"
#include "sql/functions/text_characters.h"
#include "sql/numeric.h"

namespace firn::sql {
namespace {

using Kind = JsonValue::Kind;

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<JsonValue> Run() {
    FIRN_TRY(auto value, Value());
    SkipSpaces();
    if (at_ < text_.size()) return Bad();
    return value;
  }

 private:
  static Failure Bad() { return Refused("22P02", "invalid input syntax for type json"); }

  void SkipSpaces() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) {
      ++at_;
    }
  }
  bool Take(char c) {
    SkipSpaces();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  Result<JsonValue> Value() {
    constexpr int kDepthMax = 2000;
    if (++depth_ > kDepthMax) return Refused("54001", "stack depth limit exceeded");
    SkipSpaces();
    const size_t first = at_;
    if (at_ >= text_.size()) return Bad();
    JsonValue value;
    switch (text_[at_]) {
      case '{':
        FIRN_RETURN_IF_ERROR(Object(value));
        break;
      case '[':
        FIRN_RETURN_IF_ERROR(Array(value));
        break;
      case '"':
        value.kind = Kind::kString;
        FIRN_RETURN_IF_ERROR(String(value.text));
        break;
      default:
        FIRN_RETURN_IF_ERROR(Word(value));
    }
    value.source = text_.substr(first, at_ - first);
    --depth_;
    return value;
  }

  Status Object(JsonValue& value) {
    value.kind = Kind::kObject;
    ++at_;
    if (Take('}')) return {};
    while (true) {
      SkipSpaces();
      if (at_ >= text_.size() || text_[at_] != '"') return Bad();
      std::string name;
      FIRN_RETURN_IF_ERROR(String(name));
      if (!Take(':')) return Bad();
      FIRN_TRY(auto member, Value());
      value.members.push_back({std::move(name), std::move(member)});
      if (Take('}')) return {};
      if (!Take(',')) return Bad();
    }
  }

  Status Array(JsonValue& value) {
    value.kind = Kind::kArray;
    ++at_;
    if (Take(']')) return {};
    while (true) {
      FIRN_TRY(auto item, Value());
      value.items.push_back(std::move(item));
      if (Take(']')) return {};
      if (!Take(',')) return Bad();
    }
  }

  Result<uint32_t> Hex() {
    uint32_t code = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = at_ < text_.size() ? text_[at_] : '\0';
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) return Bad();
      code = code * 16 + static_cast<uint32_t>(digit);
    }
    return code;
  }

  Status Unicode(std::string& out) {
    FIRN_TRY(uint32_t code, Hex());
    if (code == 0) return Refused("22P05", "unsupported Unicode escape sequence");
    if (code >= 0xDC00 && code <= 0xDFFF) return Bad();
    if (code >= 0xD800 && code <= 0xDBFF) {
      if (!text_.substr(at_).starts_with("\\u")) return Bad();
      at_ += 2;
      FIRN_TRY(const uint32_t low, Hex());
      if (low < 0xDC00 || low > 0xDFFF) return Bad();
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    AppendCharacter(code, out);
    return {};
  }

  Status String(std::string& out) {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    for (++at_; at_ < text_.size();) {
      const char c = text_[at_++];
      if (c == '"') return {};
      if (static_cast<unsigned char>(c) < 0x20) return Bad();
      if (c != '\\') {
        out += c;
        continue;
      }
      if (at_ >= text_.size()) return Bad();
      const char letter = text_[at_++];
      if (letter == 'u') {
        FIRN_RETURN_IF_ERROR(Unicode(out));
        continue;
      }
      const auto found = kLetters.find(letter);
      if (found == kLetters.npos) return Bad();
      out += kMeanings[found];
    }
    return Bad();
  }

  Status Word(JsonValue& value) {
    const auto rest = text_.substr(at_);
    for (const auto& [word, kind] : {std::pair<std::string_view, Kind>{"null", Kind::kNull},
                                     {"true", Kind::kBool},
                                     {"false", Kind::kBool}}) {
      if (!rest.starts_with(word)) continue;
      at_ += word.size();
      const bool ends =
          at_ >= text_.size() || !((text_[at_] >= 'a' && text_[at_] <= 'z') ||
                                   (text_[at_] >= '0' && text_[at_] <= '9') || text_[at_] == '_');
      if (!ends) return Bad();
      value.kind = kind;
      value.truth = word == "true";
      return {};
    }
    const size_t first = at_;
    const auto digits = [&] {
      const size_t from = at_;
      while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
      return at_ - from;
    };
    if (text_[at_] == '-') ++at_;
    const size_t whole = at_;
    if (digits() == 0 || (text_[whole] == '0' && at_ - whole > 1)) return Bad();
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      if (digits() == 0) return Bad();
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      if (digits() == 0) return Bad();
    }
    value.kind = Kind::kNumber;
    value.text = text_.substr(first, at_ - first);
    return {};
  }

  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
};

bool KeyBefore(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

void Append(const JsonValue& value, int indent, bool pretty, std::string& out);

void AppendParts(const JsonValue& value, int indent, bool pretty, std::string& out) {
  const bool object = value.kind == Kind::kObject;
  const size_t count = object ? value.members.size() : value.items.size();
  const auto line = [&](int depth) {
    out += '\n';
    out.append(static_cast<size_t>(depth) * 4, ' ');
  };
  out += object ? '{' : '[';
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) out += pretty ? "," : ", ";
    if (pretty) line(indent + 1);
    if (object) {
      AppendJsonString(value.members[i].name, out);
      out += ": ";
    }
    Append(object ? value.members[i].value : value.items[i], indent + 1, pretty, out);
  }
  if (pretty) line(indent);
  out += object ? '}' : ']';
}

void Append(const JsonValue& value, int indent, bool pretty, std::string& out) {
  switch (value.kind) {
    case Kind::kNull:
      out += "null";
      return;
    case Kind::kBool:
      out += value.truth ? "true" : "false";
      return;
    case Kind::kNumber:
      out += value.text;
      return;
    case Kind::kString:
      AppendJsonString(value.text, out);
      return;
    case Kind::kArray:
    case Kind::kObject:
      AppendParts(value, indent, pretty, out);
  }
}

Numeric NumberOf(const JsonValue& value) {
  auto number = Numeric::Parse(value.text);
  return number ? *std::move(number) : Numeric();
}

// How many: four bytes, the highest first.
void AppendCount(size_t count, std::string& key) {
  for (const int shift : {24, 16, 8, 0}) key += static_cast<char>(count >> shift & 0xFF);
}

// No text of a jsonb has a zero byte, so one ends it.
void AppendKey(const JsonValue& value, std::string& key) {
  key += static_cast<char>(value.kind);
  switch (value.kind) {
    case Kind::kNull:
      return;
    case Kind::kBool:
      key += value.truth ? '\1' : '\0';
      return;
    case Kind::kString:
      key += value.text;
      key += '\0';
      return;
    case Kind::kNumber:
      key += NumberOf(value).SortKey();
      key += '\0';
      return;
    case Kind::kArray:
      AppendCount(value.items.size(), key);
      for (const auto& item : value.items) AppendKey(item, key);
      return;
    case Kind::kObject:
      AppendCount(value.members.size(), key);
      for (const auto& [name, member] : value.members) {
        key += name;
        key += '\0';
        AppendKey(member, key);
      }
      return;
  }
}

bool Equal(const JsonValue& a, const JsonValue& b) {
  return JsonbKey(a) == JsonbKey(b);
}

}  // namespace

const JsonValue* JsonValue::Find(std::string_view name) const {
  for (auto member = members.rbegin(); member != members.rend(); ++member) {
    if (member->name == name) return &member->value;
  }
  return nullptr;
}

const JsonValue* JsonValue::At(int64_t index) const {
  const auto count = static_cast<int64_t>(items.size());
  if (index < 0) index += count;
  if (index < 0 || index >= count) return nullptr;
  return &items[static_cast<size_t>(index)];
}

Result<JsonValue> ParseJson(std::string_view text) {
  return Parser(text).Run();
}

Status MakeBinary(JsonValue& value) {
  if (value.kind == Kind::kNumber) {
    FIRN_TRY(const auto number, Numeric::Parse(value.text));
    value.text = number.ToString();
  }
  for (auto& item : value.items) FIRN_RETURN_IF_ERROR(MakeBinary(item));
  for (auto& [name, member] : value.members) FIRN_RETURN_IF_ERROR(MakeBinary(member));
  auto& members = value.members;
  std::stable_sort(members.begin(), members.end(),
                   [](const auto& a, const auto& b) { return KeyBefore(a.name, b.name); });
  std::vector<JsonMember> kept;
  for (auto& member : members) {
    if (!kept.empty() && kept.back().name == member.name) {
      kept.back().value = std::move(member.value);
    } else {
      kept.push_back(std::move(member));
    }
  }
  members = std::move(kept);
  return {};
}

std::string JsonbText(const JsonValue& value) {
  std::string out;
  Append(value, 0, false, out);
  return out;
}

std::string JsonbPretty(const JsonValue& value) {
  std::string out;
  Append(value, 0, true, out);
  return out;
}

void AppendJsonString(std::string_view text, std::string& out) {
  constexpr std::string_view kPlain = "\b\f\n\r\t\"\\";
  constexpr std::string_view kLetters = "bfnrt\"\\";
  out += '"';
  for (const char c : text) {
    const auto special = kPlain.find(c);
    if (special != kPlain.npos) {
      out += '\\';
      out += kLetters[special];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string JsonbKey(const JsonValue& value) {
  std::string key;
  // A quirk of PostgreSQL: nothing is less than an empty array, not even null.
  const bool empty_array = value.kind == Kind::kArray && value.items.empty();
  key += empty_array ? '\0' : '\1';
  AppendKey(value, key);
  return key;
}

bool ContainsJsonb(const JsonValue& a, const JsonValue& b) {
  if (b.kind == Kind::kObject) {
    if (a.kind != Kind::kObject) return false;
    return std::all_of(b.members.begin(), b.members.end(), [&](const auto& member) {
      const auto* own = a.Find(member.name);
      if (own == nullptr) return false;
      const bool deep = member.value.kind == Kind::kObject || member.value.kind == Kind::kArray;
      return deep ? own->kind == member.value.kind && ContainsJsonb(*own, member.value)
                  : Equal(*own, member.value);
    });
  }
  if (b.kind == Kind::kArray) {
    if (a.kind != Kind::kArray) return false;
    return std::all_of(b.items.begin(), b.items.end(), [&](const JsonValue& item) {
      return std::any_of(a.items.begin(), a.items.end(), [&](const JsonValue& own) {
        const bool deep = item.kind == Kind::kObject || item.kind == Kind::kArray;
        return deep ? own.kind == item.kind && ContainsJsonb(own, item) : Equal(own, item);
      });
    });
  }
  // An array may contain a scalar.
  if (a.kind == Kind::kArray) {
    return std::any_of(a.items.begin(), a.items.end(),
                       [&](const JsonValue& own) { return own.kind == b.kind && Equal(own, b); });
  }
  return Equal(a, b);
}

std::string_view JsonTypeName(Kind kind) {
  constexpr std::string_view kNames[] = {"null", "string", "number", "boolean", "array", "object"};
  return kNames[static_cast<size_t>(kind)];
}

}  // namespace firn::sql
