#include "sql/functions/number_format.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "sql/functions/bodies.h"
#include "sql/functions/text_characters.h"

namespace firn::sql {
namespace {

enum class Key : uint8_t {
  kText,
  kNine,
  kZero,
  kPoint,
  kComma,
  kSign,
  kMinus,
  kPlus,
  kBoth,
  kBrackets,
  kCurrency,
  kOrdinal,
  kShift,
  kExponent,
  kRoman,
  kFill,
  kBlank
};
struct Piece {
  Key key = Key::kText;
  std::string_view text;
};

struct KeyName {
  std::string_view name;
  Key key;
};
constexpr std::array kKeyNames = {
    KeyName{"9", Key::kNine},   KeyName{"0", Key::kZero},        KeyName{".", Key::kPoint},
    KeyName{",", Key::kComma},  KeyName{"EEEE", Key::kExponent}, KeyName{"FM", Key::kFill},
    KeyName{"MI", Key::kMinus}, KeyName{"PL", Key::kPlus},       KeyName{"PR", Key::kBrackets},
    KeyName{"RN", Key::kRoman}, KeyName{"SG", Key::kBoth},       KeyName{"TH", Key::kOrdinal},
    KeyName{"B", Key::kBlank},  KeyName{"C", Key::kText},        KeyName{"D", Key::kPoint},
    KeyName{"G", Key::kComma},  KeyName{"L", Key::kCurrency},    KeyName{"S", Key::kSign},
    KeyName{"V", Key::kShift}};

Failure Contradiction(std::string_view what) {
  return Refused("42601", std::string(what));
}

// NUMDesc of PostgreSQL.
struct Template {
  std::vector<Piece> pieces;
  int before = 0;
  int after = 0;
  int shift = 0;
  int zero_start = -1;
  int zero_end = 0;
  bool decimal = false;
  bool zero = false;
  bool fill = false;
  bool brackets = false;
  bool minus = false;
  bool plus = false;
  bool shifted = false;
  bool roman = false;
  bool exponent = false;
  enum class Sign : uint8_t { kNone, kBefore, kAfter } sign = Sign::kNone;
  int before_at_sign = 0;

  Status Add(Key key) {
    if (exponent && key != Key::kExponent) {
      return Contradiction("\"EEEE\" must be the last pattern used");
    }
    switch (key) {
      case Key::kNine:
        if (brackets) return Contradiction("\"9\" must be ahead of \"PR\"");
        ++(shifted ? shift : decimal ? after : before);
        return {};
      case Key::kZero:
        if (brackets) return Contradiction("\"0\" must be ahead of \"PR\"");
        if (!zero && !decimal) {
          zero = true;
          zero_start = before;
        }
        ++(decimal ? after : before);
        zero_end = before + after;
        return {};
      case Key::kPoint:
        if (decimal) return Contradiction("multiple decimal points");
        if (shifted) return Contradiction("cannot use \"V\" and decimal point together");
        decimal = true;
        return {};
      case Key::kSign:
        if (sign != Sign::kNone) return Contradiction("cannot use \"S\" twice");
        if (plus || minus || brackets) {
          return Contradiction("cannot use \"S\" and \"PL\"/\"MI\"/\"SG\"/\"PR\" together");
        }
        sign = decimal ? Sign::kAfter : Sign::kBefore;
        before_at_sign = before;
        return {};
      case Key::kMinus:
      case Key::kPlus:
      case Key::kBoth:
        if (sign != Sign::kNone) return Contradiction("cannot use \"S\" and \"MI\" together");
        minus = minus || key != Key::kPlus;
        plus = plus || key != Key::kMinus;
        return {};
      case Key::kBrackets:
        if (sign != Sign::kNone || plus || minus) {
          return Contradiction("cannot use \"PR\" and \"S\"/\"PL\"/\"MI\"/\"SG\" together");
        }
        brackets = true;
        return {};
      case Key::kShift:
        if (decimal) return Contradiction("cannot use \"V\" and decimal point together");
        shifted = true;
        return {};
      case Key::kFill:
        fill = true;
        return {};
      case Key::kRoman:
        roman = true;
        return {};
      case Key::kExponent:
        if (fill || minus || plus || brackets || roman || shifted) {
          return Contradiction("\"EEEE\" is incompatible with other formats");
        }
        exponent = true;
        return {};
      default:
        return {};
    }
  }
};

Result<Template> Read(std::string_view form) {
  Template out;
  while (!form.empty()) {
    const KeyName* found = nullptr;
    for (const auto& name : kKeyNames) {
      bool same = form.size() >= name.name.size();
      for (size_t i = 0; same && i < name.name.size(); ++i) {
        const char c = form[i];
        same = (c >= 'a' && c <= 'z' ? c - 32 : c) == name.name[i];
      }
      if (same) {
        found = &name;
        break;
      }
    }
    if (found != nullptr) {
      FIRN_RETURN_IF_ERROR(out.Add(found->key));
      out.pieces.push_back({found->key, form.substr(0, found->name.size())});
      form.remove_prefix(found->name.size());
      continue;
    }
    if (form.front() == '"') {
      form.remove_prefix(1);
      while (!form.empty() && form.front() != '"') {
        if (form.front() == '\\' && form.size() > 1) form.remove_prefix(1);
        const auto size = BytesOfCharacters(form, 1);
        out.pieces.push_back({Key::kText, form.substr(0, size)});
        form.remove_prefix(size);
      }
      if (!form.empty()) form.remove_prefix(1);
      continue;
    }
    if (form.front() == '\\' && form.size() > 1 && form[1] == '"') form.remove_prefix(1);
    const auto size = BytesOfCharacters(form, 1);
    out.pieces.push_back({Key::kText, form.substr(0, size)});
    form.remove_prefix(size);
  }
  return out;
}

/// NUM_processor, for to_char.
class Writer {
 public:
  Writer(Template form, std::string number, bool negative)
      : form_(std::move(form)), number_(std::move(number)), negative_(negative) {}

  std::string Run() {
    const auto point = std::min(number_.find('.'), number_.size());
    const int whole = static_cast<int>(point);
    if (whole < form_.before) {
      spaces_ = form_.before - whole;
    } else if (whole > form_.before) {
      number_ = std::string(static_cast<size_t>(form_.before), '#') + "." +
                std::string(static_cast<size_t>(form_.after), '#');
    }
    if (form_.plus || form_.minus) {
      sign_written_ = form_.minus;
    } else {
      if (!negative_ && form_.brackets && form_.fill) form_.brackets = false;
      sign_written_ = !negative_ && form_.fill && form_.sign == Template::Sign::kNone;
      if (form_.sign == Template::Sign::kBefore && form_.before == form_.before_at_sign) {
        form_.sign = Template::Sign::kAfter;
      }
    }
    count_ = form_.after + form_.before - 1;
    if (form_.fill && form_.decimal) FindLastRelevant();
    if (!sign_written_ && spaces_ == 0) ++count_;
    for (const auto& piece : form_.pieces) One(piece);
    return std::move(out_);
  }

 private:
  void FindLastRelevant() {
    const auto point = number_.find('.');
    if (point == number_.npos) return;
    last_ = static_cast<int>(point);
    for (size_t i = point + 1; i < number_.size(); ++i) {
      if (number_[i] != '0') last_ = static_cast<int>(i);
    }
    if (form_.zero_end > spaces_) {
      const int end = std::min(static_cast<int>(number_.size()) - 1, form_.zero_end - spaces_);
      last_ = std::max(last_, end);
    }
  }
  bool LastIsPoint() const { return last_ >= 0 && number_[static_cast<size_t>(last_)] == '.'; }
  bool SpaceBeforePoint() const {
    return !form_.zero && at_ == 0 && !number_.empty() && number_.front() == '0' &&
           form_.after != 0;
  }
  char Sign() const { return negative_ ? '-' : '+'; }

  void One(const Piece& piece) {
    switch (piece.key) {
      case Key::kNine:
      case Key::kZero:
      case Key::kPoint:
        Digit(piece.key);
        return;
      case Key::kComma:
        if (in_number_) {
          out_ += ',';
        } else if (!form_.fill) {
          out_ += ' ';
        }
        return;
      case Key::kCurrency:
        out_ += ' ';
        return;
      case Key::kMinus:
        if (negative_ || !form_.fill) out_ += negative_ ? '-' : ' ';
        return;
      case Key::kPlus:
        if (!negative_ || !form_.fill) out_ += negative_ ? ' ' : '+';
        return;
      case Key::kBoth:
        out_ += Sign();
        return;
      case Key::kOrdinal:
        Ordinal(piece.text);
        return;
      case Key::kText:
        out_ += piece.text;
        return;
      default:
        return;
    }
  }

  void Ordinal(std::string_view written) {
    if (negative_ || form_.decimal || number_.starts_with('#')) return;
    const auto digits = number_.substr(0, number_.find('.'));
    const char last = digits.back();
    const bool teens = digits.size() > 1 && digits[digits.size() - 2] == '1';
    std::string text = teens         ? "th"
                       : last == '1' ? "st"
                       : last == '2' ? "nd"
                       : last == '3' ? "rd"
                                     : "th";
    if (written.front() == 'T') {
      for (auto& c : text) c = static_cast<char>(c - 32);
    }
    out_ += text;
  }

  void WriteSign() {
    const bool here = current_ >= spaces_ || (form_.zero && form_.zero_start == current_);
    if (sign_written_ || !here || (SpaceBeforePoint() && !LastIsPoint())) return;
    if (form_.sign != Template::Sign::kNone) {
      if (form_.sign == Template::Sign::kBefore) {
        out_ += Sign();
        sign_written_ = true;
      }
    } else if (form_.brackets) {
      out_ += negative_ ? '<' : ' ';
      sign_written_ = true;
    } else {
      if (negative_ || !form_.fill) out_ += negative_ ? '-' : ' ';
      sign_written_ = true;
    }
  }

  void Digit(Key key) {
    in_number_ = false;
    WriteSign();
    if (current_ < spaces_ && (form_.zero_start > current_ || !form_.zero)) {
      if (!form_.fill) out_ += ' ';
    } else if (form_.zero && current_ < spaces_ && form_.zero_start <= current_) {
      out_ += '0';
      in_number_ = true;
    } else {
      FromNumber(key);
      if (at_ < number_.size()) ++at_;
    }
    int end = count_ + (spaces_ > 0 ? 1 : 0) + (form_.decimal ? 1 : 0);
    if (last_ >= 0 && static_cast<size_t>(last_) == at_) end = current_;
    if (current_ + 1 == end) {
      if (sign_written_ && form_.brackets) {
        out_ += negative_ ? '>' : ' ';
      } else if (form_.sign == Template::Sign::kAfter) {
        out_ += Sign();
      }
    }
    ++current_;
  }

  void FromNumber(Key key) {
    const char c = at_ < number_.size() ? number_[at_] : '\0';
    if (c == '.') {
      out_ += '.';
      return;
    }
    if (last_ >= 0 && static_cast<int>(at_) > last_ && key != Key::kZero) return;
    if (SpaceBeforePoint()) {
      if (!form_.fill) {
        out_ += ' ';
      } else if (LastIsPoint()) {
        out_ += '0';
      }
      return;
    }
    if (c == '\0') return;
    out_ += c;
    in_number_ = true;
  }

  Template form_;
  std::string number_;
  bool negative_;
  std::string out_;
  size_t at_ = 0;    // in number_
  int current_ = 0;  // position in the template's digits
  int spaces_ = 0;   // before the first digit
  int count_ = 0;
  int last_ = -1;  // of number_, the last character that FM leaves
  bool sign_written_ = false;
  bool in_number_ = false;
};

std::string Roman(int64_t value) {
  if (value < 1 || value > 3999) return std::string(15, '#');
  constexpr std::pair<int, std::string_view> kParts[] = {
      {1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"},
      {40, "XL"},  {10, "X"},   {9, "IX"},  {5, "V"},    {4, "IV"},  {1, "I"}};
  std::string out;
  for (const auto& [worth, letters] : kParts) {
    for (; value >= worth; value -= worth) out += letters;
  }
  return out;
}

std::string WithRoman(const Template& form, int64_t value) {
  std::string out;
  for (const auto& piece : form.pieces) {
    if (piece.key == Key::kText) out += piece.text;
    if (piece.key != Key::kRoman) continue;
    auto roman = Roman(value);
    if (piece.text.front() == 'r') {
      for (auto& c : roman) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
      }
    }
    out += form.fill ? roman : fmt::format("{:>15}", roman);
  }
  return out;
}

std::string WithExponent(const Template& form, double value) {
  if (!std::isfinite(value)) {
    return " " + std::string(static_cast<size_t>(form.before), '#') + "." +
           std::string(static_cast<size_t>(form.after) + 4, '#');
  }
  auto text = fmt::format("{:+.{}e}", value, form.after);
  if (text.front() == '+') text.front() = ' ';
  return text;
}

}  // namespace

Result<std::string> FormatNumeric(std::string_view form_text, const Numeric& value) {
  FIRN_TRY(auto form, Read(form_text));
  if (form.roman) {
    FIRN_TRY(const auto whole, value.ToInteger(INT32_MIN, INT32_MAX, "integer"));
    return WithRoman(form, whole);
  }
  if (form.exponent) {
    const auto rough = value.ToDouble();
    return WithExponent(form, rough ? *rough : HUGE_VAL);
  }
  auto shown = value;
  if (form.shifted) {
    FIRN_TRY(shown, Multiply(value, Numeric(PowerOfTen(form.shift), 0)));
    form.before += form.shift;
  }
  auto text = shown.Rounded(form.after).ToString();
  const bool negative = text.starts_with('-');
  if (negative) text.erase(0, 1);
  if (form.shifted) {
    for (auto& piece : form.pieces) {
      if (piece.key == Key::kShift) piece.text = {};
    }
  }
  return Writer(std::move(form), std::move(text), negative).Run();
}

Result<std::string> FormatDouble(std::string_view form_text, double value) {
  FIRN_TRY(auto form, Read(form_text));
  if (form.roman) return WithRoman(form, std::llrint(value));
  if (form.exponent) return WithExponent(form, value);
  constexpr int kDigits = 15;
  if (form.shifted) {
    value *= std::pow(10, form.shift);
    form.before += form.shift;
  }
  if (!std::isfinite(value)) {
    return Writer(std::move(form), std::isnan(value) ? "NaN" : "Infinity", value < 0).Run();
  }
  const auto whole = static_cast<int>(fmt::format("{:.0f}", std::fabs(value)).size());
  int after = form.after;
  if (whole >= kDigits) {
    after = 0;
  } else if (whole + after > kDigits) {
    after = kDigits - whole;
  }
  form.after = after;
  auto text = fmt::format("{:.{}f}", value, after);
  const bool negative = text.starts_with('-');
  if (negative) text.erase(0, 1);
  return Writer(std::move(form), std::move(text), negative).Run();
}

Result<Numeric> ParseNumber(std::string_view text, std::string_view form_text) {
  FIRN_TRY(const auto form, Read(form_text));
  if (form.exponent) {
    return Fail(MakeError(ErrorCode::kUnsupported, "\"EEEE\" not supported for input")
                    .WithHint("Cast the text to numeric."));
  }
  if (form.roman) {
    return Fail(MakeError(ErrorCode::kUnsupported, "\"RN\" not supported for input")
                    .WithHint("Write the number in digits."));
  }
  std::string number;
  bool negative = false;
  bool point = false;
  int before = 0;
  int after = 0;
  for (const char c : text) {
    if (c == '-' || c == '<') negative = true;
    if (c == '.' && form.decimal && !point) {
      point = true;
      number += '.';
    }
    if (c < '0' || c > '9') continue;
    const bool room = point ? after < form.after : before < form.before + form.shift;
    if (!room) continue;
    ++(point ? after : before);
    number += c;
  }
  if (before + after == 0) {
    return Refused("22P02", fmt::format("invalid input syntax for type numeric: \"{}\"", text));
  }
  FIRN_TRY(auto value, Numeric::Parse((negative ? "-" : "") + number));
  if (form.shifted) {
    FIRN_TRY(value, Divide(value, Numeric(PowerOfTen(form.shift), 0)));
    return value.Rounded(16);
  }
  return value.Rounded(form.after);
}

}  // namespace firn::sql
