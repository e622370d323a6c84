#include "io/object_store.h"

#include <algorithm>

#include "io/durable_folders.h"
#include "io/s3_store_internal.h"

namespace firn::io {
namespace {

constexpr std::string_view kFileScheme = "file://";
constexpr std::string_view kPartial = ".partial";
constexpr size_t kReadBytes = 4 << 20;

class LocalWriter final : public ObjectWriter {
 public:
  LocalWriter(FileSystem& files, std::unique_ptr<File> file, std::string path)
      : files_(files), file_(std::move(file)), path_(std::move(path)) {}
  ~LocalWriter() override {
    if (finished_) return;
    file_.reset();
    (void)files_.Remove(path_ + std::string(kPartial));
  }

  Status Write(const void* data, size_t size) override {
    FIRN_RETURN_IF_ERROR(file_->WriteAt(end_, data, size));
    end_ += size;
    return {};
  }
  Status Finish() override {
    FIRN_RETURN_IF_ERROR(file_->Sync());
    FIRN_RETURN_IF_ERROR(files_.Rename(path_ + std::string(kPartial), path_));
    finished_ = true;
    return files_.SyncDir(ParentOf(path_));
  }

 private:
  FileSystem& files_;
  std::unique_ptr<File> file_;
  const std::string path_;
  uint64_t end_ = 0;
  bool finished_ = false;
};

class LocalStore final : public ObjectStore {
 public:
  LocalStore(FileSystem& files, std::string folder)
      : files_(files), folder_(std::move(folder)), url_(std::string(kFileScheme) + folder_) {}

  Result<std::unique_ptr<ObjectWriter>> Create(const std::string& name) override {
    FIRN_RETURN_IF_ERROR(CheckThere());
    auto path = folder_ + "/" + name;
    FIRN_RETURN_IF_ERROR(MakeDirsDurably(files_, ParentOf(path)));
    FIRN_TRY(auto file, files_.Open(path + std::string(kPartial), {.mode = OpenMode::kTruncate}));
    return std::make_unique<LocalWriter>(files_, std::move(file), std::move(path));
  }
  Status Read(const std::string& name, const Sink& sink) override {
    FIRN_RETURN_IF_ERROR(CheckThere());
    FIRN_TRY(const auto file, files_.Open(folder_ + "/" + name, {}));
    std::vector<char> buffer(kReadBytes);
    for (uint64_t offset = 0;;) {
      FIRN_TRY(const size_t got, file->ReadAt(offset, buffer.data(), buffer.size()));
      if (got == 0) return {};
      FIRN_RETURN_IF_ERROR(sink(buffer.data(), got));
      offset += got;
    }
  }
  Result<std::vector<ObjectInfo>> List(const std::string& folder) override {
    FIRN_RETURN_IF_ERROR(CheckThere());
    const auto path = folder.empty() ? folder_ : folder_ + "/" + folder;
    std::vector<ObjectInfo> objects;
    FIRN_TRY(const bool there, files_.Exists(path));
    if (!there) return objects;
    FIRN_TRY(const auto found, files_.List(path));
    for (const auto& one : found) {
      if (one.name.ends_with(kPartial)) continue;
      objects.push_back({.name = one.name, .is_folder = one.is_directory, .bytes = one.size});
    }
    return objects;
  }
  Result<std::vector<ObjectInfo>> ListAll(const std::string& folder) override {
    std::vector<ObjectInfo> objects;
    std::vector<std::string> folders = {""};  // below `folder`
    while (!folders.empty()) {
      const auto below = std::move(folders.back());
      folders.pop_back();
      FIRN_TRY(auto found, List(below.empty() ? folder : folder + "/" + below));
      for (auto& one : found) {
        if (!below.empty()) one.name = below + "/" + one.name;
        if (one.is_folder) {
          folders.push_back(std::move(one.name));
        } else {
          objects.push_back(std::move(one));
        }
      }
    }
    return objects;
  }
  const std::string& url() const override { return url_; }

 private:
  Status CheckThere() {
    FIRN_TRY(const bool there, files_.Exists(folder_));
    if (there) return {};
    return Fail(MakeError(ErrorCode::kIo, "the folder is not there: \"{}\"", folder_)
                    .WithHint("Is its file system mounted? Else make the folder."));
  }

  FileSystem& files_;
  const std::string folder_;
  const std::string url_;
};

}  // namespace

Status PutObject(ObjectStore& store, const std::string& name, std::string_view content) {
  FIRN_TRY(const auto writer, store.Create(name));
  FIRN_RETURN_IF_ERROR(writer->Write(content.data(), content.size()));
  return writer->Finish();
}

Result<std::string> GetObject(ObjectStore& store, const std::string& name) {
  std::string content;
  FIRN_RETURN_IF_ERROR(store.Read(name, [&](const void* data, size_t size) -> Status {
    content.append(static_cast<const char*>(data), size);
    return {};
  }));
  return content;
}

S3Access S3Access::Of(const Settings& settings) {
  return {.endpoint = settings.Text("s3_endpoint"),
          .region = settings.Text("s3_region"),
          .access_key = settings.Text("s3_access_key"),
          .secret_key = settings.Text("s3_secret_key")};
}

bool IsLocalUrl(std::string_view url) {
  return url.starts_with(kFileScheme) || url.find("://") == std::string_view::npos;
}

std::string LocalPathOf(const std::string& url) {
  auto path = url.starts_with(kFileScheme) ? url.substr(kFileScheme.size()) : url;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

Result<std::unique_ptr<ObjectStore>> OpenObjectStore(const std::string& url, const S3Access& access,
                                                     FileSystem& files) {
  if (url.starts_with("s3://")) return OpenS3Store(url, access);
  if (!IsLocalUrl(url)) {
    return Fail(MakeError(ErrorCode::kUnsupported,
                          "not an address of an object store: unknown scheme \"{}\"",
                          url.substr(0, url.find("://")))
                    .WithHint("Write s3://bucket/prefix or file:///folder."));
  }
  auto path = LocalPathOf(url);
  if (!path.starts_with('/') || path == "/") {
    return Fail(MakeError(ErrorCode::kInvalidInput, "not a whole path of a folder: \"{}\"", url)
                    .WithHint("Write file:///folder."));
  }
  return std::make_unique<LocalStore>(files, std::move(path));
}

}  // namespace firn::io
