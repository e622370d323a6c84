#include "lake/page_check.h"

#include <algorithm>

#include <parquet/column_page.h>
#include <parquet/column_reader.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>
#include <parquet/schema.h>

#include "lake/parquet_file_internal.h"

namespace firn::lake {
namespace {

Failure Damaged(const std::string& path, const std::string& where, std::string_view what) {
  return Fail(MakeError(ErrorCode::kCorrupt, "the data file {} is damaged{}: {}", path, where, what)
                  .WithHint("Its rows are whole in a second copy that was made before, and in the "
                            "log as far as that is kept."));
}

bool IsListed(parquet::Encoding::type encoding, const parquet::ColumnChunkMetaData& chunk) {
  const auto& listed = chunk.encodings();
  return std::find(listed.begin(), listed.end(), encoding) != listed.end();
}

// The checksum is of what a page holds. That its header says the right thing is seen from what the
// footer says of the column.
Status CheckColumn(parquet::PageReader& pages, const parquet::ColumnChunkMetaData& chunk,
                   const std::function<bool()>& stopped) {
  int64_t values = 0;
  while (const auto page = pages.NextPage()) {
    if (stopped()) return Fail(ErrorCode::kCancelled, "stopped while checking a data file");
    const auto type = page->type();
    if (type == parquet::PageType::DICTIONARY_PAGE) continue;
    if (type != parquet::PageType::DATA_PAGE && type != parquet::PageType::DATA_PAGE_V2) continue;
    const auto& data = static_cast<const parquet::DataPage&>(*page);
    values += data.num_values();
    if (!IsListed(data.encoding(), chunk)) {
      return Fail(ErrorCode::kCorrupt, "a page of an encoding that the footer does not name");
    }
  }
  if (values == chunk.num_values()) return {};
  return Fail(ErrorCode::kCorrupt, "its pages have {} values of {}", values, chunk.num_values());
}

}  // namespace

Status CheckPages(io::FileSystem& fs, const std::string& local_path,
                  const std::function<bool()>& stopped) {
  FIRN_TRY(auto opened, fs.Open(local_path, {.mode = io::OpenMode::kRead}));
  FIRN_TRY(const auto size, opened->Size());
  std::string where;
  try {
    auto properties = parquet::default_reader_properties();
    properties.set_page_checksum_verification(true);
    properties.enable_buffered_stream();  // a page at a time, not a column chunk
    const auto input = std::make_shared<FileInput>(std::move(opened), static_cast<int64_t>(size));
    const auto reader = parquet::ParquetFileReader::Open(input, properties);
    const auto& metadata = *reader->metadata();
    for (int group = 0; group < metadata.num_row_groups(); ++group) {
      const auto rows = reader->RowGroup(group);
      for (int column = 0; column < metadata.num_columns(); ++column) {
        where = fmt::format(" in row group {}, column \"{}\"", group,
                            metadata.schema()->Column(column)->path()->ToDotString());
        const auto pages = rows->GetColumnPageReader(column);
        auto checked = CheckColumn(*pages, *rows->metadata()->ColumnChunk(column), stopped);
        if (checked) continue;
        if (checked.error().code == ErrorCode::kCancelled) return checked;
        return Damaged(local_path, where, checked.error().message);
      }
    }
    return {};
  } catch (const std::exception& error) {
    return Damaged(local_path, where, error.what());
  }
}

}  // namespace firn::lake
