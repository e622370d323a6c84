// Manifests and manifest lists as others may have left them. lake_test replays the corpus.
#include <arrow/scalar.h>

#include "lake/bounds.h"
#include "lake/iceberg/manifest_avro.h"
#include "tests/fuzz/bodies.h"

namespace firn {
namespace {

using lake::iceberg::ManifestEntry;
using lake::iceberg::ManifestFile;

void FuzzBounds(const ManifestEntry& entry) {
  using columnar::TypeKind;
  for (const auto& stats : entry.file.stats) {
    for (const auto& bound : {stats.lower, stats.upper}) {
      if (!bound) continue;
      for (const auto kind : {TypeKind::kBool, TypeKind::kInt2, TypeKind::kInt8, TypeKind::kFloat4,
                              TypeKind::kFloat8, TypeKind::kText, TypeKind::kBytea, TypeKind::kUuid,
                              TypeKind::kDate, TypeKind::kTimestamptz}) {
        (void)lake::ScalarFromBound({kind}, *bound).has_value();
      }
      (void)lake::ScalarFromBound(columnar::Numeric(38, 9), *bound).has_value();
    }
  }
}

void FuzzManifest(const std::string& bytes) {
  const ManifestFile from{.sequence_number = 9, .added_snapshot_id = SnapshotId(77)};
  const auto entries = lake::iceberg::DecodeManifest(bytes, from);
  if (!entries) return;
  for (const auto& entry : *entries) FuzzBounds(entry);
  // What we write of it, we read as the same.
  const auto again =
      lake::iceberg::DecodeManifest(lake::iceberg::EncodeManifest(*entries, {}, {}), from);
  FIRN_CHECK(again);
  FIRN_CHECK(again->size() == entries->size());
  for (size_t i = 0; i < entries->size(); ++i) {
    FIRN_CHECK((*again)[i].status == (*entries)[i].status);
    FIRN_CHECK((*again)[i].sequence_number == (*entries)[i].sequence_number);
    FIRN_CHECK((*again)[i].file.path == (*entries)[i].file.path);
    FIRN_CHECK((*again)[i].file.rows == (*entries)[i].file.rows);
  }
}

void FuzzManifestList(const std::string& bytes) {
  const auto manifests = lake::iceberg::DecodeManifestList(bytes);
  if (!manifests) return;
  const auto again =
      lake::iceberg::DecodeManifestList(lake::iceberg::EncodeManifestList(*manifests, {}));
  FIRN_CHECK(again);
  FIRN_CHECK(*again == *manifests);
}

}  // namespace

void FuzzAvro(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  FuzzManifest(bytes);
  FuzzManifestList(bytes);
}

}  // namespace firn
