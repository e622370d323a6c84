// table: where things are in the data folder (DESIGN: a contract others rely on).
#pragma once

#include <memory>
#include <string>

#include "columnar/table_schema.h"
#include "io/file_system.h"
#include "lake/data_file_writer.h"

namespace firn::table {

inline std::string LogDir(const std::string& data_dir) {
  return data_dir + "/log";
}
inline std::string WarehouseDir(const std::string& data_dir) {
  return data_dir + "/warehouse";
}
/// There while a restore is at work: no server starts on the folder then.
inline std::string UnfinishedPath(const std::string& data_dir) {
  return data_dir + "/restore.unfinished";
}
inline std::string CatalogPath(const std::string& data_dir) {
  return data_dir + "/catalog.db";
}

/// A writer for <folder>/data/<uuid>.parquet.
Result<std::unique_ptr<lake::DataFileWriter>> NewDataFileWriter(io::FileSystem& files,
                                                                const std::string& folder,
                                                                const columnar::TableSchema& schema,
                                                                lake::DataFileOptions options);
/// The local path of a data file's URI ("file:///a/b" -> "/a/b").
std::string LocalPath(const std::string& uri);

}  // namespace firn::table
