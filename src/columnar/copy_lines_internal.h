// columnar: where the lines of a COPY end, found across chunks.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/result.h"
#include "columnar/copy_options.h"

namespace firn::columnar {

/// Finds the next of up to four bytes, sixteen at a time.
class ByteFinder {
 public:
  explicit ByteFinder(std::array<char, 4> wanted) : wanted_(wanted) {
    for (size_t i = 0; i < 4; ++i) {
      std::memset(&splat_[i], static_cast<uint8_t>(wanted[i]), sizeof(Bytes));
    }
  }

  /// Position at or after `from`, or the text's size.
  size_t Find(std::string_view text, size_t from) const {
    for (; text.size() - from >= sizeof(Bytes); from += sizeof(Bytes)) {
      Bytes bytes;
      std::memcpy(&bytes, text.data() + from, sizeof bytes);
      const auto hits =
          (bytes == splat_[0]) | (bytes == splat_[1]) | (bytes == splat_[2]) | (bytes == splat_[3]);
      uint64_t halves[2];
      std::memcpy(halves, &hits, sizeof halves);
      if ((halves[0] | halves[1]) != 0) break;
    }
    while (from < text.size() && !IsWanted(text[from])) ++from;
    return from;
  }

 private:
  typedef uint8_t Bytes __attribute__((vector_size(16)));

  bool IsWanted(char c) const {
    return c == wanted_[0] || c == wanted_[1] || c == wanted_[2] || c == wanted_[3];
  }

  const std::array<char, 4> wanted_;
  Bytes splat_[4];
};

/// Finds line ends as PostgreSQL does: newlines of one style, backslashes and quotes in the
/// way, the end marker `\.`.
///
/// Failure: 22P04 when newline styles mix or the end marker is broken.
class LineFinder {
 public:
  enum class Kind : uint8_t {
    kMore,       // no end in the data yet
    kLine,       // a line, and more may follow
    kEndMarker,  // the last line (maybe empty); what follows is not data
  };
  struct Found {
    Kind kind = Kind::kMore;
    size_t end = 0;     // of the line's text
    size_t next = 0;    // where the next line begins
    bool plain = true;  // no backslash (text) or quote (csv) in it
  };

  explicit LineFinder(const CopyOptions& options);

  /// `data` begins with the line last asked for, now longer, or with a new one after a line was
  /// found. At the end of the input what is left is a line, unless there is nothing.
  Result<Found> Find(std::string_view data, bool at_end);

  /// Whether a line begins with what comes next, and those before ended in \n, if there were any.
  bool AtPlainLine() const {
    return !started_ && (newline_ == Newline::kUnknown || newline_ == Newline::kLf);
  }
  /// So many lines that end in \n were found by others.
  void Passed(size_t lines) {
    if (lines > 0) newline_ = Newline::kLf;
    line_number_ += static_cast<int64_t>(lines);
  }
  /// Of the line being looked for or last found: 1 for the first; newlines in quotes count.
  int64_t line_number() const { return line_number_; }

 private:
  enum class Newline : uint8_t { kUnknown, kLf, kCr, kCrLf };
  enum class Marker : uint8_t { kNo, kYes, kMore };

  Result<Found> FindText(std::string_view data, bool at_end);
  Result<Found> FindCsv(std::string_view data, bool at_end);
  Result<Found> AtNewline(std::string_view data, size_t at, bool at_end);
  Result<Marker> IsEndMarker(std::string_view data, size_t at, bool at_end, size_t* next) const;
  void NoteQuote(char c, bool skipped);
  Found More(size_t at);
  Found Line(size_t end, size_t next, Kind kind = Kind::kLine);

  const bool csv_;
  const char quote_;
  const char escape_;
  const bool has_escape_;  // other than the quote
  const ByteFinder finder_;
  Newline newline_ = Newline::kUnknown;
  int64_t line_number_ = 0;
  // Of the line being looked for.
  bool started_ = false;
  size_t scanned_ = 0;
  bool plain_ = true;
  bool in_quotes_ = false;
  bool escaped_ = false;
};

}  // namespace firn::columnar
