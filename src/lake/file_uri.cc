#include "lake/file_uri.h"

#include <algorithm>

namespace firn::lake {
namespace {

constexpr std::string_view kScheme = "file:";

bool IsForbidden(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f || std::string_view("?#*[]{}\\").find(c) != std::string::npos;
}

}  // namespace

std::string FileUri(std::string_view local_path) {
  return std::string("file://").append(local_path);
}

Result<std::string> LocalPath(std::string_view uri) {
  std::string_view path = uri;
  if (path.starts_with(kScheme)) {
    path.remove_prefix(kScheme.size());
    if (path.starts_with("//localhost/"))
      path.remove_prefix(std::string_view("//localhost").size());
    if (path.starts_with("///")) path.remove_prefix(2);
  }
  if (!path.starts_with('/') || path.starts_with("//")) {
    return Fail(ErrorCode::kUnsupported, "not an address of a local file: {}", uri);
  }
  return std::string(path);
}

Status CheckTableFolder(std::string_view folder) {
  if (folder.starts_with('/') && std::none_of(folder.begin(), folder.end(), IsForbidden)) return {};
  return Fail(MakeError(ErrorCode::kInvalidInput, "not usable as a table folder: \"{}\"", folder)
                  .WithSqlState("42602")
                  .WithHint("Other readers take ? # * [ ] { } \\ in a path as more than a name."));
}

}  // namespace firn::lake
