#include <algorithm>
#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "columnar/copy_plain_lines_internal.h"
#include "columnar/utf8.h"

namespace firn::columnar {

PlainLines::PlainLines(const CopyOptions& options)
    : delimiter_(options.delimiter),
      special_(options.format == CopyOptions::Format::kCsv
                   ? std::array{options.quote, options.escape, '\\', '\r'}
                   : std::array{'\\', '\\', '\\', '\r'}),
      null_text_(options.null_text),
      null_is_plain_(!null_text_.empty() && null_text_.back() != '\\' &&
                     !null_text_.starts_with("\\.")) {}

PlainLines::Taken PlainLines::Take(std::string_view data, CopyColumns* columns) {
  const size_t width = columns->size();
  Taken taken;  // its bytes are where the line begins that is being cut
  size_t field = 0;
  size_t column = 0;
  bool ascii = true;
  for (size_t at = 0; at < data.size(); at += kStep) {
    const Marks marks = MarksOf(data, at);
    ascii = ascii && marks.ascii;
    for (uint64_t left = marks.ends | marks.special; left != 0; left &= left - 1) {
      const uint64_t bit = left & -left;
      const size_t end = at + static_cast<size_t>(std::countr_zero(left));
      if ((marks.special & bit) != 0) {
        if (end == field && BeginsWithNull(data.substr(end))) continue;
        return taken;
      }
      if (column == width) return taken;
      const auto text = data.substr(field, end - field);
      columns->Field(taken.rows, column++) = text == null_text_ ? std::string_view() : text;
      field = end + 1;
      if (data[end] != '\n') continue;
      const auto line = data.substr(taken.bytes, end - taken.bytes);
      if (column != width || (!ascii && FirstInvalidUtf8(line) != std::string_view::npos)) {
        return taken;
      }
      lines_[taken.rows] = line;
      taken.bytes = field;
      if (++taken.rows == columns->block_rows()) return taken;
      column = 0;
      ascii = marks.ascii;
    }
  }
  return taken;
}

// \N and what follows a field.
bool PlainLines::BeginsWithNull(std::string_view rest) const {
  const size_t size = null_text_.size();
  return null_is_plain_ && rest.size() > size && rest.starts_with(null_text_) &&
         (rest[size] == delimiter_ || rest[size] == '\n');
}

PlainLines::Marks PlainLines::MarksOf(std::string_view data, size_t at) const {
  if (data.size() - at >= kStep) return MarksOfStep(data.data() + at);
  // Behind the end there is nothing: a letter is as good.
  char step[kStep];
  std::memset(step, 'a', kStep);
  std::memcpy(step, data.data() + at, data.size() - at);
  Marks marks = MarksOfStep(step);
  const uint64_t there = (uint64_t{1} << (data.size() - at)) - 1;
  marks.ends &= there;
  marks.special &= there;
  return marks;
}

#if defined(__SSE2__)

PlainLines::Marks PlainLines::MarksOfStep(const char* at) const {
  const auto all = [](char c) { return _mm_set1_epi8(c); };
  const auto bits = [](__m128i bytes) {
    return static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(bytes)));
  };
  Marks marks;
  uint64_t high = 0;
  for (int shift = 0; shift < 64; shift += 16, at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto is = [bytes](__m128i wanted) { return _mm_cmpeq_epi8(bytes, wanted); };
    const __m128i ends = _mm_or_si128(is(all(delimiter_)), is(all('\n')));
    __m128i special = is(all('\0'));
    for (const char c : special_) special = _mm_or_si128(special, is(all(c)));
    marks.ends |= bits(ends) << shift;
    marks.special |= bits(special) << shift;
    high |= bits(bytes);
  }
  marks.ascii = high == 0;
  return marks;
}

#else

PlainLines::Marks PlainLines::MarksOfStep(const char* at) const {
  Marks marks;
  uint8_t high = 0;
  for (size_t i = 0; i < kStep; ++i) {
    const char c = at[i];
    const auto bit = uint64_t{1} << i;
    if (c == delimiter_ || c == '\n') marks.ends |= bit;
    if (c == '\0' || std::find(special_.begin(), special_.end(), c) != special_.end()) {
      marks.special |= bit;
    }
    high |= static_cast<uint8_t>(c);
  }
  marks.ascii = high < 0x80;
  return marks;
}

#endif

}  // namespace firn::columnar
