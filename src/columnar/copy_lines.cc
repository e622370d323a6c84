#include "columnar/copy_lines_internal.h"

namespace firn::columnar {
namespace {

Failure BadFile(std::string_view message, std::string_view hint = {}) {
  return Fail(MakeError(ErrorCode::kInvalidInput, "{}", message)
                  .WithSqlState("22P04")
                  .WithHint(std::string(hint)));
}

Failure StrayReturn(bool csv) {
  return csv ? BadFile("unquoted carriage return found in data",
                       "Use quoted CSV field to represent carriage return.")
             : BadFile("literal carriage return found in data",
                       "Use \"\\r\" to represent carriage return.");
}

Failure StrayNewline(bool csv) {
  return csv ? BadFile("unquoted newline found in data",
                       "Use quoted CSV field to represent newline.")
             : BadFile("literal newline found in data", "Use \"\\n\" to represent newline.");
}

}  // namespace

LineFinder::LineFinder(const CopyOptions& options)
    : csv_(options.format == CopyOptions::Format::kCsv),
      quote_(options.quote),
      escape_(options.escape),
      has_escape_(options.escape != options.quote),
      finder_(csv_ ? std::array{'\n', '\r', options.quote, options.escape}
                   : std::array{'\n', '\r', '\\', '\\'}) {}

LineFinder::Found LineFinder::More(size_t at) {
  scanned_ = at;
  return {.kind = Kind::kMore};
}

LineFinder::Found LineFinder::Line(size_t end, size_t next, Kind kind) {
  const bool plain = plain_;
  started_ = false;
  scanned_ = 0;
  plain_ = true;
  in_quotes_ = false;
  escaped_ = false;
  return {.kind = kind, .end = end, .next = next, .plain = plain};
}

Result<LineFinder::Found> LineFinder::Find(std::string_view data, bool at_end) {
  if (data.empty()) return Found{};
  if (!started_) {
    started_ = true;
    ++line_number_;
  }
  return csv_ ? FindCsv(data, at_end) : FindText(data, at_end);
}

Result<LineFinder::Found> LineFinder::FindText(std::string_view data, bool at_end) {
  for (size_t at = scanned_;;) {
    at = finder_.Find(data, at);
    if (at == data.size()) return at_end ? Line(at, at) : More(at);
    if (data[at] != '\\') return AtNewline(data, at, at_end);
    plain_ = false;
    if (at + 1 == data.size()) return at_end ? Line(at + 1, at + 1) : More(at);
    size_t next = 0;
    FIRN_TRY(const auto marker, IsEndMarker(data, at, at_end, &next));
    if (marker == Marker::kMore) return More(at);
    if (marker == Marker::kYes) return Line(at, next, Kind::kEndMarker);
    at += 2;  // whatever is escaped is not a line's end
  }
}

// Quotes are only counted here: "" toggles twice. An escape other than the quote hides one.
void LineFinder::NoteQuote(char c, bool skipped) {
  if (skipped) escaped_ = false;
  const bool is_escape = has_escape_ && c == escape_;
  if (is_escape && in_quotes_) escaped_ = !escaped_;
  if (c == quote_ && !escaped_) in_quotes_ = !in_quotes_;
  if (!is_escape) escaped_ = false;
}

Result<LineFinder::Found> LineFinder::FindCsv(std::string_view data, bool at_end) {
  size_t at = scanned_;
  if (at == 0 && data[0] == '\\') {
    size_t next = 0;
    FIRN_TRY(const auto marker, IsEndMarker(data, 0, at_end, &next));
    if (marker == Marker::kMore) return More(0);
    if (marker == Marker::kYes) return Line(0, next, Kind::kEndMarker);
  }
  for (;;) {
    const size_t found = finder_.Find(data, at);
    if (found == data.size()) {
      if (found > at) escaped_ = false;
      return at_end ? Line(found, found) : More(found);
    }
    const char c = data[found];
    const bool is_newline = c == '\n' || c == '\r';
    if (is_newline && !in_quotes_) return AtNewline(data, found, at_end);
    if (!is_newline) plain_ = false;
    NoteQuote(c, found > at);
    // As PostgreSQL counts: before the first line's end is seen, carriage returns.
    if (in_quotes_ && c == (newline_ == Newline::kLf ? '\n' : '\r')) ++line_number_;
    at = found + 1;
  }
}

Result<LineFinder::Found> LineFinder::AtNewline(std::string_view data, size_t at, bool at_end) {
  if (data[at] == '\n') {
    if (newline_ == Newline::kCr || newline_ == Newline::kCrLf) return StrayNewline(csv_);
    newline_ = Newline::kLf;
    return Line(at, at + 1);
  }
  if (newline_ == Newline::kLf) return StrayReturn(csv_);
  if (newline_ == Newline::kUnknown || newline_ == Newline::kCrLf) {
    if (at + 1 == data.size() && !at_end) return More(at);
    if (at + 1 < data.size() && data[at + 1] == '\n') {
      newline_ = Newline::kCrLf;
      return Line(at, at + 2);
    }
    if (newline_ == Newline::kCrLf) return StrayReturn(csv_);
    newline_ = Newline::kCr;
  }
  return Line(at, at + 1);
}

// `\.` and a newline of the style seen so far. In csv anything else that begins so is data.
Result<LineFinder::Marker> LineFinder::IsEndMarker(std::string_view data, size_t at, bool at_end,
                                                   size_t* next) const {
  constexpr std::string_view kCorrupt = "end-of-copy marker corrupt";
  constexpr std::string_view kMismatch = "end-of-copy marker does not match previous newline style";
  if (at + 1 == data.size()) return at_end ? Marker::kNo : Marker::kMore;
  if (data[at + 1] != '.') return Marker::kNo;
  size_t end = at + 2;
  const auto left = [&] { return end < data.size(); };
  if (newline_ == Newline::kCrLf) {
    if (!left() && !at_end) return Marker::kMore;
    const char c = left() ? data[end] : '\0';
    ++end;
    if (c != '\r') {
      if (csv_) return Marker::kNo;
      return BadFile(c == '\n' ? kMismatch : kCorrupt);
    }
  }
  if (!left() && !at_end) return Marker::kMore;
  const char c = left() ? data[end] : '\0';
  if (c != '\r' && c != '\n') {
    if (csv_) return Marker::kNo;
    return BadFile(kCorrupt);
  }
  if (newline_ != Newline::kUnknown && (c == '\r') != (newline_ == Newline::kCr)) {
    return BadFile(kMismatch);
  }
  *next = end + 1;
  return Marker::kYes;
}

}  // namespace firn::columnar
