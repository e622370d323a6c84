#include "table/data_folder.h"

#include "base/uuid.h"

namespace firn::table {

Result<std::unique_ptr<lake::DataFileWriter>> NewDataFileWriter(io::FileSystem& files,
                                                                const std::string& folder,
                                                                const columnar::TableSchema& schema,
                                                                lake::DataFileOptions options) {
  return lake::DataFileWriter::Make(
      files, fmt::format("{}/data/{}.parquet", folder, NewUuidV7().ToString()), schema, options);
}

std::string LocalPath(const std::string& uri) {
  constexpr std::string_view kScheme = "file://";
  return uri.starts_with(kScheme) ? uri.substr(kScheme.size()) : uri;
}

}  // namespace firn::table
