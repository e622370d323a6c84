// io: WriteFileDurably, for who must know how far it got.
#pragma once

#include "io/file_system.h"

namespace firn::io {

/// What readers, or a crash, can find done.
enum class FileStep : uint8_t {
  kWritten,  // `path`.tmp is durable
  kRenamed,  // it has its name, the folder is not synced
};

Status WriteFileDurably(FileSystem& fs, const std::string& path, std::string_view content,
                        void (*passed)(FileStep));

}  // namespace firn::io
