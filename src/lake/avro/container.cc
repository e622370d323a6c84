#include "lake/avro/container.h"

#include <zlib.h>

#include "base/uuid.h"

namespace firn::lake::avro {
namespace {

constexpr std::string_view kMagic{"Obj\1", 4};
constexpr size_t kMarkerSize = 16;
constexpr size_t kBlockBytes = 64 * 1024;
// No manifest block is near this; it bounds what a damaged or hostile file can make us allocate.
constexpr size_t kInflatedMax = 512 * 1024 * 1024;
constexpr int kRawDeflate = -15;

std::string Deflate(std::string_view bytes) {
  z_stream stream{};
  FIRN_CHECK(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kRawDeflate, 8,
                          Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  FIRN_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

Result<std::string> Inflate(std::string_view bytes) {
  z_stream stream{};
  FIRN_CHECK(inflateInit2(&stream, kRawDeflate) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  int state = Z_OK;
  while (state == Z_OK && out.size() < kInflatedMax) {
    const size_t had = out.size();
    out.resize(had + std::max<size_t>(had, 4 * bytes.size() + 1024));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + had);
    stream.avail_out = static_cast<uInt>(out.size() - had);
    state = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (state != Z_STREAM_END) return Fail(ErrorCode::kCorrupt, "Avro block does not inflate");
  return out;
}

}  // namespace

ContainerWriter::ContainerWriter(std::string_view schema_json,
                                 const std::map<std::string, std::string>& metadata, Codec codec)
    : codec_(codec) {
  const auto marker = NewUuidV7().bytes;
  marker_.assign(marker.begin(), marker.end());
  Encoder header;
  header.PutLong(static_cast<int64_t>(metadata.size()) + 2);
  header.PutBytes("avro.schema");
  header.PutBytes(schema_json);
  header.PutBytes("avro.codec");
  header.PutBytes(codec == Codec::kDeflate ? "deflate" : "null");
  for (const auto& [key, value] : metadata) {
    header.PutBytes(key);
    header.PutBytes(value);
  }
  header.PutLong(0);
  file_.append(kMagic).append(header.bytes()).append(marker_);
}

void ContainerWriter::EndRecord() {
  ++block_records_;
  if (block_.size() >= kBlockBytes) EndBlock();
}

void ContainerWriter::EndBlock() {
  if (block_records_ == 0) return;
  Encoder head;
  head.PutLong(block_records_);
  head.PutBytes(codec_ == Codec::kDeflate ? Deflate(block_.bytes()) : block_.bytes());
  file_.append(head.bytes()).append(marker_);
  block_.Clear();
  block_records_ = 0;
}

std::string ContainerWriter::Finish() {
  EndBlock();
  return std::move(file_);
}

Result<ContainerReader> ContainerReader::Open(std::string file) {
  ContainerReader reader;
  reader.file_ = std::move(file);
  const std::string_view all = reader.file_;
  if (!all.starts_with(kMagic)) return Fail(ErrorCode::kCorrupt, "not an Avro file");
  Decoder header(all.substr(kMagic.size()));
  header.Items([&] {
    const auto key = header.Bytes();
    const auto value = header.Bytes();
    if (header.ok()) reader.metadata_[std::string(key)] = value;
  });
  const auto marker = header.Raw(kMarkerSize);
  FIRN_RETURN_IF_ERROR(header.status());
  reader.marker_ = marker;
  reader.blocks_at_ = static_cast<size_t>(marker.data() - all.data()) + kMarkerSize;
  const auto codec = reader.metadata("avro.codec");
  if (codec == "deflate") {
    reader.codec_ = Codec::kDeflate;
  } else if (!codec.empty() && codec != "null") {
    return Fail(MakeError(ErrorCode::kUnsupported, "Avro codec is not supported: {}", codec)
                    .WithHint("Set the table property write.avro.compression-codec to gzip."));
  }
  FIRN_TRY(reader.schema_, ParseSchema(reader.metadata("avro.schema")));
  return reader;
}

std::string_view ContainerReader::metadata(const std::string& key) const {
  const auto found = metadata_.find(key);
  return found == metadata_.end() ? std::string_view() : found->second;
}

Status ContainerReader::ForEach(const std::function<Status(Decoder&)>& record) const {
  Decoder file(std::string_view(file_).substr(blocks_at_));
  while (!file.at_end()) {
    const auto records = file.Long();
    const auto stored = file.Bytes();
    if (file.Raw(kMarkerSize) != marker_ || !file.ok()) {
      return Fail(ErrorCode::kCorrupt, "Avro block is cut short");
    }
    std::string inflated;
    if (codec_ == Codec::kDeflate) {
      FIRN_TRY(inflated, Inflate(stored));
    }
    Decoder block(codec_ == Codec::kDeflate ? std::string_view(inflated) : stored);
    for (int64_t i = 0; i < records; ++i) {
      FIRN_RETURN_IF_ERROR(record(block));
      FIRN_RETURN_IF_ERROR(block.status());
    }
    if (!block.at_end()) return Fail(ErrorCode::kCorrupt, "Avro block is longer than its records");
  }
  return {};
}

}  // namespace firn::lake::avro
