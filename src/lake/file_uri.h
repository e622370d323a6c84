// lake: file:// addresses. Metadata names every file by one; we open local paths.
//
// Nothing is percent-encoded: Spark, PyIceberg and DuckDB all take what follows file:// as it is.
// So a table folder's path must not hold what one of them would read as more than a name.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace firn::lake {

/// "file:///a/b" of "/a/b".
std::string FileUri(std::string_view local_path);

/// Accepts file:///a, file:/a, file://localhost/a and /a.
/// Errors: kUnsupported for any other scheme.
Result<std::string> LocalPath(std::string_view uri);

/// Errors: kInvalidInput (42602) when the path is relative or holds one of ? # * [ ] { } \ or a
/// control character.
Status CheckTableFolder(std::string_view folder);

}  // namespace firn::lake
