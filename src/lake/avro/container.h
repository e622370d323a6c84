// lake/avro: the object container file (Avro 1.11, "Object Container Files").
//
//     "Obj" 1 | metadata map (avro.schema, avro.codec, …) | 16-byte marker
//     then blocks: record count | byte length | records, perhaps deflated | the marker
//
// Manifests are small, so a file is one string in memory, both ways.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "lake/avro/binary.h"
#include "lake/avro/schema.h"

namespace firn::lake::avro {

enum class Codec : uint8_t { kNull, kDeflate };

/// Builds a container file. Encode a record into record(), then call EndRecord().
class ContainerWriter {
 public:
  /// `metadata` is what the file's header carries besides avro.schema and avro.codec.
  ContainerWriter(std::string_view schema_json, const std::map<std::string, std::string>& metadata,
                  Codec codec);

  Encoder& record() { return block_; }
  void EndRecord();
  /// The whole file. The writer is spent.
  std::string Finish();

 private:
  void EndBlock();

  const Codec codec_;
  std::string marker_;
  std::string file_;
  Encoder block_;
  int64_t block_records_ = 0;
};

/// Reads a container file that anyone wrote. Codecs: null, deflate.
class ContainerReader {
 public:
  /// Errors: kCorrupt; kUnsupported for another codec.
  static Result<ContainerReader> Open(std::string file);

  /// The schema the file was written with.
  const Schema& schema() const { return *schema_; }
  /// A header entry, or empty.
  std::string_view metadata(const std::string& key) const;

  /// Calls `record` at the start of each record; it must read exactly that record.
  Status ForEach(const std::function<Status(Decoder&)>& record) const;

 private:
  ContainerReader() = default;

  std::string file_;
  std::map<std::string, std::string> metadata_;
  SchemaPtr schema_;
  Codec codec_ = Codec::kNull;
  size_t blocks_at_ = 0;
  std::string marker_;
};

}  // namespace firn::lake::avro
