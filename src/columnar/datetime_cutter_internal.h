// columnar: the first step of reading a date, a time or an interval: a text cut into fields.
#pragma once

#include <cstdint>
#include <string_view>

#include "columnar/datetime_fields_internal.h"
#include "columnar/value_text_internal.h"

namespace firn::columnar {

enum class FieldKind : uint8_t { kNumber, kWord, kSigned, kDate, kTime, kZone };
struct TimeField {
  FieldKind kind;
  std::string_view text;
};

inline constexpr size_t kMaxFields = 25;
inline constexpr size_t kMaxBytes = 128 + kMaxFields;  // each field costs one more

constexpr bool IsWordChar(char c) {
  return IsDigit(c) || IsLetter(c);
}
constexpr bool IsPunctuation(char c) {
  return c > ' ' && c < 127 && !IsWordChar(c);
}

// Cuts a text into fields, in lower case.
class FieldCutter {
 public:
  DateTimeIssue Cut(std::string_view text) {
    at_ = text.data();
    end_ = at_ + text.size();
    while (at_ < end_) {
      if (IsSpace(*at_)) {
        ++at_;
        continue;
      }
      if (count_ == kMaxFields || used_ + 2 > kMaxBytes) return DateTimeIssue::kBadFormat;
      start_ = used_;
      if (IsDigit(*at_)) {
        CutNumber();
      } else if (*at_ == '.') {
        Take();
        TakeWhile(IsDigit);
        kind_ = FieldKind::kNumber;
      } else if (IsLetter(*at_)) {
        CutWord();
      } else if (*at_ == '+' || *at_ == '-') {
        if (const DateTimeIssue issue = CutSigned(); issue != DateTimeIssue::kNone) return issue;
      } else if (IsPunctuation(*at_)) {
        ++at_;
        continue;
      } else {
        return DateTimeIssue::kBadFormat;
      }
      if (used_ + 1 > kMaxBytes) return DateTimeIssue::kBadFormat;
      fields_[count_++] = {kind_, {buffer_ + start_, used_ - start_}};
      buffer_[used_++] = '\0';
    }
    return DateTimeIssue::kNone;
  }

  size_t count() const { return count_; }
  const TimeField& operator[](size_t i) const { return fields_[i]; }

 private:
  char Peek() const { return at_ < end_ ? *at_ : '\0'; }
  void Take() {
    if (used_ < kMaxBytes) buffer_[used_] = ToLower(*at_);
    ++used_;
    ++at_;
  }
  template <typename Predicate>
  void TakeWhile(Predicate predicate) {
    while (at_ < end_ && used_ <= kMaxBytes && predicate(*at_)) Take();
  }

  void CutNumber() {
    TakeWhile(IsDigit);
    const char delimiter = Peek();
    kind_ = FieldKind::kNumber;
    if (delimiter == ':') {
      kind_ = FieldKind::kTime;
      TakeWhile([](char c) { return IsDigit(c) || c == ':' || c == '.'; });
    } else if (delimiter == '-' || delimiter == '/' || delimiter == '.') {
      Take();
      if (IsDigit(Peek())) {
        kind_ = delimiter == '.' ? FieldKind::kNumber : FieldKind::kDate;
        TakeWhile(IsDigit);
        if (Peek() == delimiter) {
          kind_ = FieldKind::kDate;
          TakeWhile([delimiter](char c) { return IsDigit(c) || c == delimiter; });
        }
      } else {
        kind_ = FieldKind::kDate;
        TakeWhile([delimiter](char c) { return IsWordChar(c) || c == delimiter; });
      }
    }
  }

  // A month, a weekday, … or the beginning of "Jan-08-1999" or of a zone's name.
  void CutWord() {
    TakeWhile(IsLetter);
    kind_ = FieldKind::kWord;
    const char next = Peek();
    bool joined = next == '-' || next == '/' || next == '.';
    if (!joined && (next == '+' || IsDigit(next)) && used_ <= kMaxBytes) {
      const auto word = FindDateTimeWord({buffer_ + start_, used_ - start_}).kind;
      joined = word == DateTimeWord::kUnknown || word == DateTimeWord::kUtc ||
               word == DateTimeWord::kOtherZone;
    }
    if (!joined) return;
    kind_ = FieldKind::kDate;
    TakeWhile([](char c) {
      return IsWordChar(c) || c == '+' || c == '-' || c == '/' || c == '_' || c == '.' || c == ':';
    });
  }

  DateTimeIssue CutSigned() {
    Take();
    while (at_ < end_ && IsSpace(*at_)) ++at_;
    if (IsDigit(Peek())) {
      kind_ = FieldKind::kZone;
      TakeWhile([](char c) { return IsDigit(c) || c == ':' || c == '.' || c == '-'; });
    } else if (IsLetter(Peek())) {
      kind_ = FieldKind::kSigned;
      TakeWhile(IsLetter);
    } else {
      return DateTimeIssue::kBadFormat;
    }
    return DateTimeIssue::kNone;
  }

  const char* at_ = nullptr;
  const char* end_ = nullptr;
  char buffer_[kMaxBytes + 1];
  size_t used_ = 0;
  size_t start_ = 0;
  FieldKind kind_ = FieldKind::kNumber;
  TimeField fields_[kMaxFields];
  size_t count_ = 0;
};

}  // namespace firn::columnar
