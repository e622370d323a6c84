// io: WriteFileDurably, for who must know how far it got.
#pragma once

#include "io/file_system.h"

namespace firn::io {

/// What readers, or a crash, can find done.
enum class FileStep : uint8_t {
  kWritten,  // the content is durable, under a temporary name
  kRenamed,  // it has its name, the folder is not synced
};

Status WriteFileDurably(FileSystem& fs, const std::string& path, std::string_view content,
                        void (*passed)(FileStep));

/// The same of a file that is not there yet; several at once have temporary files of their own,
/// and one of them gets the name. Errors: kAlreadyExists.
Status WriteNewFileDurably(FileSystem& fs, const std::string& path, std::string_view content,
                           void (*passed)(FileStep));

}  // namespace firn::io
