#include "table/added_files.h"

#include <nlohmann/json.hpp>

namespace firn::table {

std::string ToJson(const AddedFiles& added) {
  auto files = nlohmann::json::array();
  for (const auto& file : added.files) {
    files.push_back({{"path", file.path},
                     {"rows", file.rows},
                     {"bytes", file.bytes},
                     {"first_lsn", file.first_lsn.value()}});
  }
  return nlohmann::json{{"v", 1}, {"commit_us", added.commit_us}, {"files", std::move(files)}}
      .dump();
}

Result<AddedFiles> AddedFilesFromJson(std::string_view json) {
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  try {
    if (parsed.at("v").get<int>() != 1) {
      return Fail(ErrorCode::kCorrupt, "add_files record of an unknown version: {}", json);
    }
    AddedFiles added{.commit_us = parsed.at("commit_us").get<int64_t>()};
    for (const auto& one : parsed.at("files")) {
      lake::DataFile file;
      file.path = one.at("path").get<std::string>();
      file.rows = one.at("rows").get<int64_t>();
      file.bytes = one.at("bytes").get<int64_t>();
      file.first_lsn = Lsn(one.at("first_lsn").get<uint64_t>());
      file.last_lsn = file.first_lsn + (file.rows - 1);
      added.files.push_back(std::move(file));
    }
    return added;
  } catch (const nlohmann::json::exception& error) {
    return Fail(ErrorCode::kCorrupt, "not an add_files record: {}", error.what());
  }
}

}  // namespace firn::table
