// io: whole objects by name, in a store that may be far away and may not answer.
//
// Names are relative to the store's URL and use '/' ("log/a.groups"). An object is there whole or
// not at all: it appears when its writer finishes, and replaces one of the same name.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/settings.h"
#include "io/file_system.h"

namespace firn::io {

struct ObjectInfo {
  std::string name;  // the last part of it
  bool is_folder = false;
  uint64_t bytes = 0;
};

/// Writes one object. Destroyed without Finish it leaves nothing that has the object's name.
class ObjectWriter {
 public:
  virtual ~ObjectWriter() = default;
  virtual Status Write(const void* data, size_t size) = 0;
  /// Durable when it returns.
  virtual Status Finish() = 0;
};

/// Threads: any.
/// Failure: kNotFound for an object that is not there, kIo for everything else. No error holds a
///          secret.
class ObjectStore {
 public:
  using Sink = std::function<Status(const void* data, size_t size)>;

  virtual ~ObjectStore() = default;
  virtual Result<std::unique_ptr<ObjectWriter>> Create(const std::string& name) = 0;
  /// Hands the object's bytes to `sink`, in order, a few MiB at a time.
  virtual Status Read(const std::string& name, const Sink& sink) = 0;
  /// What is directly below `folder`, by name; nothing where there is none.
  virtual Result<std::vector<ObjectInfo>> List(const std::string& folder) = 0;
  /// Every object below `folder`, however deep, named from there; no folders. A thousand a request.
  virtual Result<std::vector<ObjectInfo>> ListAll(const std::string& folder) = 0;
  /// "s3://bucket/prefix", "file:///dir".
  virtual const std::string& url() const = 0;
};

Status PutObject(ObjectStore& store, const std::string& name, std::string_view content);
Result<std::string> GetObject(ObjectStore& store, const std::string& name);

/// How to reach an S3 store. What is empty is taken from the environment and the files that AWS's
/// tools read (AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID …).
struct S3Access {
  std::string endpoint;
  std::string region;
  std::string access_key;
  std::string secret_key;
  /// Of one request. One: for who tries again by itself, and must end soon.
  int attempts = 1;

  /// Of the settings s3_endpoint, s3_region, s3_access_key and s3_secret_key.
  static S3Access Of(const Settings& settings);
};

/// `url`: s3://bucket[/prefix], file:///dir or a path. Talks to nobody yet. The folder of a local
/// store must be there when it is used: a file system that is not mounted is a store that is down.
/// Errors: kInvalidInput, kUnsupported for other schemes.
Result<std::unique_ptr<ObjectStore>> OpenObjectStore(const std::string& url, const S3Access& access,
                                                     FileSystem& files);

/// Whether `url` names a place in a file system, and which.
bool IsLocalUrl(std::string_view url);
std::string LocalPathOf(const std::string& url);

/// Once, before main ends and after the last store is gone.
void ShutDownObjectStores();

}  // namespace firn::io
