#include <charconv>

#include "lake/file_uri.h"
#include "lake/iceberg/manifest_avro.h"
#include "lake/table_files_internal.h"

namespace firn::lake {
namespace {

constexpr std::string_view kMetadataSuffix = ".metadata.json";

Result<std::string> ReadUri(io::FileSystem& fs, const std::string& uri) {
  FIRN_TRY(const auto path, LocalPath(uri));
  return io::ReadFile(fs, path);
}

}  // namespace

std::string MetadataFolder(const std::string& folder) {
  return folder + "/metadata";
}
std::string DataFolder(const std::string& folder) {
  return folder + "/data";
}
std::string MetadataPath(const std::string& folder, int64_t version) {
  return fmt::format("{}/v{}{}", MetadataFolder(folder), version, kMetadataSuffix);
}
std::string HintPath(const std::string& folder) {
  return MetadataFolder(folder) + "/version-hint.text";
}

std::optional<int64_t> VersionOfName(std::string_view name) {
  if (!name.starts_with('v') || !name.ends_with(kMetadataSuffix)) return std::nullopt;
  const char* begin = name.data() + 1;
  const char* end = name.data() + name.size() - kMetadataSuffix.size();
  int64_t version = 0;
  const auto [stop, error] = std::from_chars(begin, end, version);
  if (error != std::errc{} || stop != end || version < 1) return std::nullopt;
  return version;
}

Status WriteSynced(io::FileSystem& fs, const std::string& path, std::string_view content) {
  FIRN_TRY(const auto file, fs.Open(path, {.mode = io::OpenMode::kCreate}));
  FIRN_RETURN_IF_ERROR(file->WriteAt(0, content.data(), content.size()));
  return file->Sync();
}

Result<std::vector<iceberg::ManifestEntry>> ReadManifest(io::FileSystem& fs,
                                                         const iceberg::ManifestFile& manifest) {
  FIRN_TRY(auto bytes, ReadUri(fs, manifest.path));
  auto entries = iceberg::DecodeManifest(std::move(bytes), manifest);
  if (!entries) return Fail(std::move(entries.error()).During("read manifest " + manifest.path));
  return entries;
}

Result<std::vector<iceberg::ManifestFile>> ReadManifestList(io::FileSystem& fs,
                                                            const iceberg::Snapshot* snapshot) {
  if (snapshot == nullptr) return std::vector<iceberg::ManifestFile>();
  FIRN_TRY(auto bytes, ReadUri(fs, snapshot->manifest_list));
  auto manifests = iceberg::DecodeManifestList(std::move(bytes));
  if (!manifests) {
    return Fail(std::move(manifests.error()).During("read " + snapshot->manifest_list));
  }
  return manifests;
}

}  // namespace firn::lake
