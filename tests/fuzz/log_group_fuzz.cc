// The decoder of the log, behind checksums that hold: what a writer of another version, or one
// with a mistake, could leave. log_test replays the corpus.
//
// Input of both bodies: one byte, the number of transactions that the group's header names, then
// the group from behind its header on.
#include <cstring>

#include <arrow/api.h>

#include "log/group_decoder.h"
#include "log/group_encoder.h"
#include "tests/fuzz/bodies.h"

namespace firn {
namespace {

using log::GroupDecoder;
using log::GroupEncoder;
using log::GroupHeader;

struct Input {
  GroupHeader header;
  std::shared_ptr<arrow::Buffer> bytes;
};

Input InputOf(const uint8_t* data, size_t size) {
  const uint8_t transactions = size == 0 ? 0 : data[0];
  const size_t body = size == 0 ? 0 : size - 1;
  const uint64_t bytes = log::AlignUp(log::kGroupHeaderBytes + body);
  const auto memory = *log::AlignedBuffer::Allocate(bytes);
  if (body != 0) std::memcpy(memory->mutable_data() + log::kGroupHeaderBytes, data + 1, body);
  const auto end = static_cast<int64_t>(log::kGroupHeaderBytes + body);
  return {.header = {.first_lsn = Lsn(1),
                     .last_lsn = Lsn(1000),
                     .transactions = transactions,
                     .bytes = bytes},
          .bytes = arrow::SliceBuffer(memory, 0, end)};
}

Input InputOf(const log::EncodedGroup& group) {
  return {.header = {.first_lsn = group.first_lsn,
                     .last_lsn = group.last_lsn,
                     .transactions = group.transactions,
                     .bytes = group.bytes},
          .bytes = arrow::SliceBuffer(group.memory, 0, static_cast<int64_t>(group.bytes))};
}

int64_t Rows(const log::Group& group) {
  int64_t rows = 0;
  for (const auto& table : group.tables) {
    for (const auto& batch : table.rows) rows += batch->num_rows();
  }
  return rows;
}

}  // namespace

void FuzzLogGroup(const uint8_t* data, size_t size) {
  const auto input = InputOf(data, size);
  GroupDecoder decoder;
  const auto group = decoder.Decode(input.header, input.bytes);
  // Layouts are known by their bytes the second time.
  const auto again = decoder.Decode(input.header, input.bytes);
  FIRN_CHECK(group.has_value() == again.has_value());
  if (!group) return;
  // What salvage does: a group that decodes is written anew, or refused.
  GroupEncoder encoder;
  const auto encoded = encoder.Encode(*group);
  if (!encoded) return;
  const auto copy = InputOf(*encoded);
  const auto decoded = GroupDecoder().Decode(copy.header, copy.bytes);
  FIRN_CHECK(decoded);
  FIRN_CHECK(Rows(*decoded) == Rows(*group));
  FIRN_CHECK(decoded->catalog == group->catalog);
  FIRN_CHECK(decoded->transactions == group->transactions);
}

void FuzzLogState(const uint8_t* data, size_t size) {
  const auto input = InputOf(data, size);
  GroupDecoder decoder;
  const auto state = decoder.DecodeState(input.header, input.bytes);
  const auto again = decoder.DecodeState(input.header, input.bytes);
  FIRN_CHECK(state.has_value() == again.has_value());
  if (!state) return;
  GroupEncoder encoder;
  const auto encoded = encoder.EncodeState(*state);
  if (!encoded) return;
  const auto copy = InputOf(*encoded);
  const auto decoded = GroupDecoder().DecodeState(copy.header, copy.bytes);
  FIRN_CHECK(decoded);
  FIRN_CHECK(decoded->state.entries == state->state.entries);
  FIRN_CHECK(decoded->state.schemas.size() == state->state.schemas.size());
  FIRN_CHECK(decoded->follows == state->follows);
}

}  // namespace firn
