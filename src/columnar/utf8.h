// columnar: UTF-8 as PostgreSQL wants it: RFC 3629, and no NUL.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"

namespace firn::columnar {

/// Where the first byte is that does not begin a whole, legal character, or npos.
size_t FirstInvalidUtf8(std::string_view text);
/// 22021 `invalid byte sequence for encoding "UTF8": 0xc3 0x28`.
Status CheckUtf8(std::string_view text);
/// Bytes of the first `count` characters of valid UTF-8, or npos where there are fewer or as many.
size_t BytesOfCharacters(std::string_view text, size_t count);
/// At most `limit` bytes of the text, no character cut.
std::string_view CutAtCharacter(std::string_view text, size_t limit);

}  // namespace firn::columnar
