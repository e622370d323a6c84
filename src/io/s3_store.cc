#include <algorithm>
#include <cstdlib>
#include <mutex>

#include <arrow/buffer.h>
#include <arrow/filesystem/s3fs.h>
#include <arrow/io/interfaces.h>

#include "io/s3_store_internal.h"

namespace firn::io {
namespace {

constexpr int64_t kReadBytes = 4 << 20;
// A store that does not answer is told from a slow one by these; a stop waits for them.
constexpr double kConnectSeconds = 2;
constexpr double kStallSeconds = 3;

Failure Failed(const arrow::Status& status, std::string_view doing, const std::string& path) {
  const bool missing = status.message().find("Path does not exist") != std::string::npos ||
                       status.message().find("HTTP status 404") != std::string::npos;
  return Fail(missing ? ErrorCode::kNotFound : ErrorCode::kIo, "could not {} s3://{}: {}", doing,
              path, status.message());
}

/// A store without the bucket has nothing of what is asked for, and must not pass for an empty
/// one. What else goes wrong with the question says nothing about it.
Status CheckBucket(arrow::fs::S3FileSystem& fs, const std::string& path) {
  const auto bucket = path.substr(0, path.find('/'));
  const auto info = fs.GetFileInfo(bucket);
  if (!info.ok() || info->type() != arrow::fs::FileType::NotFound) return {};
  return Fail(MakeError(ErrorCode::kIo, "there is no bucket \"{}\": s3://{}", bucket, path)
                  .WithHint("Make it, or correct the address."));
}

/// The same of what may have failed for that.
Failure FailedIn(arrow::fs::S3FileSystem& fs, const arrow::Status& status, std::string_view doing,
                 const std::string& path) {
  const auto& said = status.message();
  const bool missing = said.find("404") != std::string::npos ||
                       said.find("does not exist") != std::string::npos ||
                       said.find("NoSuchBucket") != std::string::npos ||
                       said.find("NO_SUCH_BUCKET") != std::string::npos;
  if (missing) {
    if (auto bucket = CheckBucket(fs, path); !bucket) return Failure(std::move(bucket).error());
  }
  return Failed(status, doing, path);
}

/// An object is sent in parts; one that is not finished is taken back.
class S3Writer final : public ObjectWriter {
 public:
  S3Writer(std::shared_ptr<arrow::fs::S3FileSystem> fs,
           std::shared_ptr<arrow::io::OutputStream> stream, std::string path)
      : fs_(std::move(fs)), stream_(std::move(stream)), path_(std::move(path)) {}
  ~S3Writer() override {
    if (!stream_->closed()) (void)stream_->Abort();
  }
  Status Write(const void* data, size_t size) override {
    const auto written = stream_->Write(data, static_cast<int64_t>(size));
    return written.ok() ? Status() : FailedIn(*fs_, written, "write", path_);
  }
  Status Finish() override {
    const auto closed = stream_->Close();
    return closed.ok() ? Status() : FailedIn(*fs_, closed, "write", path_);
  }

 private:
  const std::shared_ptr<arrow::fs::S3FileSystem> fs_;
  const std::shared_ptr<arrow::io::OutputStream> stream_;
  const std::string path_;
};

class S3Store final : public ObjectStore {
 public:
  S3Store(std::shared_ptr<arrow::fs::S3FileSystem> fs, std::string root)
      : fs_(std::move(fs)), root_(std::move(root)), url_("s3://" + root_) {}

  Result<std::unique_ptr<ObjectWriter>> Create(const std::string& name) override {
    auto path = PathOf(name);
    auto stream = fs_->OpenOutputStream(path, nullptr);
    if (!stream.ok()) return FailedIn(*fs_, stream.status(), "write", path);
    return std::make_unique<S3Writer>(fs_, *std::move(stream), std::move(path));
  }
  Status Read(const std::string& name, const Sink& sink) override {
    const auto path = PathOf(name);
    const auto file = fs_->OpenInputFile(path);
    if (!file.ok()) return FailedIn(*fs_, file.status(), "read", path);
    for (;;) {
      const auto part = (*file)->Read(kReadBytes);
      if (!part.ok()) return FailedIn(*fs_, part.status(), "read", path);
      if ((*part)->size() == 0) return {};
      FIRN_RETURN_IF_ERROR(sink((*part)->data(), static_cast<size_t>((*part)->size())));
    }
  }
  Result<std::vector<ObjectInfo>> List(const std::string& folder) override {
    FIRN_TRY(const auto found, Select(folder, false));
    std::vector<ObjectInfo> objects;
    for (const auto& one : found) {
      const bool is_folder = one.type() == arrow::fs::FileType::Directory;
      objects.push_back({.name = one.base_name(),
                         .is_folder = is_folder,
                         .bytes = is_folder ? 0 : static_cast<uint64_t>(one.size())});
    }
    std::sort(objects.begin(), objects.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return objects;
  }
  Result<std::vector<ObjectInfo>> ListAll(const std::string& folder) override {
    FIRN_TRY(const auto found, Select(folder, true));
    const size_t begin = (folder.empty() ? root_ : PathOf(folder)).size() + 1;
    std::vector<ObjectInfo> objects;
    for (const auto& one : found) {
      if (one.type() != arrow::fs::FileType::File) continue;
      objects.push_back(
          {.name = one.path().substr(begin), .bytes = static_cast<uint64_t>(one.size())});
    }
    return objects;
  }
  const std::string& url() const override { return url_; }

 private:
  std::string PathOf(const std::string& name) const { return root_ + "/" + name; }
  Result<std::vector<arrow::fs::FileInfo>> Select(const std::string& folder, bool recursive) {
    arrow::fs::FileSelector selector;
    selector.base_dir = folder.empty() ? root_ : PathOf(folder);
    selector.allow_not_found = true;
    selector.recursive = recursive;
    auto found = fs_->GetFileInfo(selector);
    if (!found.ok()) return FailedIn(*fs_, found.status(), "list", selector.base_dir);
    if (found->empty()) FIRN_RETURN_IF_ERROR(CheckBucket(*fs_, root_));
    return *std::move(found);
  }

  const std::shared_ptr<arrow::fs::S3FileSystem> fs_;
  const std::string root_;  // bucket[/prefix]
  const std::string url_;
};

std::string FromEnvironment(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const char* value = std::getenv(name); value != nullptr && *value != 0) return value;
  }
  return {};
}

Result<arrow::fs::S3Options> OptionsOf(const S3Access& access) {
  if (access.access_key.empty() != access.secret_key.empty()) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "an access key and its secret key go together")
                    .WithHint("Say both s3_access_key and s3_secret_key, or none."));
  }
  auto options = access.access_key.empty()
                     ? arrow::fs::S3Options::Defaults()
                     : arrow::fs::S3Options::FromAccessKey(access.access_key, access.secret_key);
  auto endpoint = access.endpoint;
  if (endpoint.empty()) endpoint = FromEnvironment({"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"});
  options.region = access.region;
  if (options.region.empty())
    options.region = FromEnvironment({"AWS_REGION", "AWS_DEFAULT_REGION"});
  if (!endpoint.empty()) {
    const auto scheme = endpoint.find("://");
    options.scheme = endpoint.substr(0, scheme);
    if (options.scheme != "http" && options.scheme != "https") {
      return Fail(MakeError(ErrorCode::kInvalidInput,
                            "the address of the S3 store (s3_endpoint, or AWS_ENDPOINT_URL in the "
                            "environment) does not say how it is spoken to")
                      .WithHint("Begin it with http:// or https://."));
    }
    endpoint.erase(0, scheme + 3);
    while (endpoint.ends_with('/')) endpoint.pop_back();
    options.endpoint_override = endpoint;
    if (options.region.empty()) options.region = "us-east-1";
  }
  options.connect_timeout = kConnectSeconds;
  options.request_timeout = kStallSeconds;
  options.background_writes = false;
  options.allow_delayed_open = true;  // a small object is one request
  options.retry_strategy = arrow::fs::S3RetryStrategy::GetAwsStandardRetryStrategy(access.attempts);
  return options;
}

}  // namespace

Result<std::unique_ptr<ObjectStore>> OpenS3Store(const std::string& url, const S3Access& access) {
  std::string root = url.substr(std::string_view("s3://").size());
  while (root.ends_with('/')) root.pop_back();
  // Not repeated in the error: there may be a secret in it.
  if (root.empty() || root.find_first_of("@?#") != std::string::npos || root.starts_with('/')) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "not an address of an S3 store")
                    .WithHint("Write s3://bucket/prefix; keys and endpoint are the settings "
                              "s3_access_key, s3_secret_key and s3_endpoint, or AWS_ACCESS_KEY_ID, "
                              "AWS_SECRET_ACCESS_KEY and AWS_ENDPOINT_URL in the environment."));
  }
  if (root.find("//") != std::string::npos) {
    return Fail(MakeError(ErrorCode::kInvalidInput,
                          "not an address of an S3 store: it has an empty part, \"//\"")
                    .WithHint("Write s3://bucket/prefix with one / between two parts."));
  }
  static std::mutex starting;
  const std::lock_guard lock(starting);
  if (!arrow::fs::IsS3Initialized()) {
    arrow::fs::S3GlobalOptions global = arrow::fs::S3GlobalOptions::Defaults();
    global.log_level = arrow::fs::S3LogLevel::Off;
    const auto started = arrow::fs::InitializeS3(global);
    if (!started.ok()) return Failed(started, "speak to", root);
  }
  FIRN_TRY(const auto options, OptionsOf(access));  // asks the library for credentials
  auto fs = arrow::fs::S3FileSystem::Make(options);
  if (!fs.ok()) return Failed(fs.status(), "speak to", root);
  return std::make_unique<S3Store>(*std::move(fs), std::move(root));
}

void ShutDownObjectStores() {
  if (arrow::fs::IsS3Initialized()) (void)arrow::fs::FinalizeS3();
}

}  // namespace firn::io
