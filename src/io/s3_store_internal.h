// io: object stores that speak S3, through Arrow's file system for them.
#pragma once

#include <memory>
#include <string>

#include "io/object_store.h"

namespace firn::io {

Result<std::unique_ptr<ObjectStore>> OpenS3Store(const std::string& url, const S3Access& access);

}  // namespace firn::io
