#include "log/group_header.h"

#include <array>
#include <bit>
#include <cstring>

#include "base/crc32c.h"

namespace firn::log {
namespace {

static_assert(std::endian::native == std::endian::little, "the log is little-endian, as Arrow is");

// Offsets of the values (docs/formats/log.md). Each takes 8 bytes, the log id 16.
constexpr size_t kLogId = 1032;
constexpr size_t kBaseLsn = 1048;
constexpr size_t kFirstLsn = 1056;
constexpr size_t kLastLsn = 1064;
constexpr size_t kTransactions = 1072;
constexpr size_t kBytes = 1080;
constexpr size_t kHeaderCrc = 1088;
constexpr size_t kBodyCrc = 1096;
constexpr size_t kEndOfStream = 1104;
static_assert(kLogId == kGroupValuesOffset && kEndOfStream + 8 == kGroupHeaderBytes);

// The schema message and the record batch's metadata, as Arrow 26 wrote them once:
//   schema {log_id: fixed_size_binary[16], base_lsn, first_lsn, last_lsn: uint64,
//           transactions: uint32, bytes: uint64, header_crc, body_crc: uint32}, all not null,
//   metadata {"firn": "group/1"}.
// clang-format off
constexpr std::array<uint32_t, kGroupValuesOffset / 4> kTemplate = {
    0xffffffff, 0x00000220, 0x00000010, 0x000a0000, 0x0006000e, 0x00080005, 0x0000000a,
    0x00040100, 0x00000010, 0x000a0000, 0x0000000c, 0x00080004, 0x0000000a, 0x0000003c,
    0x00000004, 0x00000001, 0x0000000c, 0x000c0008, 0x00080004, 0x00000008, 0x00000014,
    0x00000004, 0x00000007, 0x756f7267, 0x00312f70, 0x00000004, 0x6e726966, 0x00000000,
    0x00000008, 0x00000180, 0x0000013c, 0x00000108, 0x000000d4, 0x0000009c, 0x0000006c,
    0x00000038, 0x00000004, 0xfffffeb0, 0x02000000, 0x00000010, 0x0000001c, 0x00000004,
    0x00000000, 0x00000008, 0x79646f62, 0x6372635f, 0x00000000, 0xfffffea2, 0x00000020,
    0xfffffee0, 0x02000000, 0x00000010, 0x0000001c, 0x00000004, 0x00000000, 0x0000000a,
    0x64616568, 0x635f7265, 0x00006372, 0xfffffed2, 0x00000020, 0xffffff10, 0x02000000,
    0x00000010, 0x00000018, 0x00000004, 0x00000000, 0x00000005, 0x65747962, 0x00000073,
    0xfffffefe, 0x00000040, 0xffffff3c, 0x02000000, 0x00000010, 0x00000020, 0x00000004,
    0x00000000, 0x0000000c, 0x6e617274, 0x74636173, 0x736e6f69, 0x00000000, 0xffffff32,
    0x00000020, 0xffffff70, 0x02000000, 0x00000010, 0x0000001c, 0x00000004, 0x00000000,
    0x00000008, 0x7473616c, 0x6e736c5f, 0x00000000, 0xffffff62, 0x00000040, 0xffffffa0,
    0x02000000, 0x00000010, 0x0000001c, 0x00000004, 0x00000000, 0x00000009, 0x73726966,
    0x736c5f74, 0x0000006e, 0xffffff92, 0x00000040, 0xffffffd0, 0x02000000, 0x00000010,
    0x0000001c, 0x00000004, 0x00000000, 0x00000008, 0x65736162, 0x6e736c5f, 0x00000000,
    0xffffffc2, 0x00000040, 0x00140010, 0x00000008, 0x000c0007, 0x00100000, 0x00000010,
    0x0f000000, 0x00000010, 0x00000020, 0x00000004, 0x00000000, 0x00000006, 0x5f676f6c,
    0x00006469, 0x00060000, 0x00040008, 0x00000006, 0x00000010, 0xffffffff, 0x000001d8,
    0x00000014, 0x00000000, 0x0016000c, 0x00050006, 0x000c0008, 0x0000000c, 0x00040300,
    0x00000018, 0x00000048, 0x00000000, 0x000a0000, 0x000c0018, 0x00080004, 0x0000000a,
    0x0000011c, 0x00000010, 0x00000001, 0x00000000, 0x00000000, 0x00000010, 0x00000000,
    0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x00000010, 0x00000000,
    0x00000010, 0x00000000, 0x00000000, 0x00000000, 0x00000010, 0x00000000, 0x00000008,
    0x00000000, 0x00000018, 0x00000000, 0x00000000, 0x00000000, 0x00000018, 0x00000000,
    0x00000008, 0x00000000, 0x00000020, 0x00000000, 0x00000000, 0x00000000, 0x00000020,
    0x00000000, 0x00000008, 0x00000000, 0x00000028, 0x00000000, 0x00000000, 0x00000000,
    0x00000028, 0x00000000, 0x00000004, 0x00000000, 0x00000030, 0x00000000, 0x00000000,
    0x00000000, 0x00000030, 0x00000000, 0x00000008, 0x00000000, 0x00000038, 0x00000000,
    0x00000000, 0x00000000, 0x00000038, 0x00000000, 0x00000004, 0x00000000, 0x00000040,
    0x00000000, 0x00000000, 0x00000000, 0x00000040, 0x00000000, 0x00000004, 0x00000000,
    0x00000000, 0x00000008, 0x00000001, 0x00000000, 0x00000000, 0x00000000, 0x00000001,
    0x00000000, 0x00000000, 0x00000000, 0x00000001, 0x00000000, 0x00000000, 0x00000000,
    0x00000001, 0x00000000, 0x00000000, 0x00000000, 0x00000001, 0x00000000, 0x00000000,
    0x00000000, 0x00000001, 0x00000000, 0x00000000, 0x00000000, 0x00000001, 0x00000000,
    0x00000000, 0x00000000, 0x00000001, 0x00000000, 0x00000000, 0x00000000,
};
// clang-format on
constexpr uint64_t kEndOfStreamMark = 0x00000000ffffffff;

template <typename T>
void Put(uint8_t* out, size_t offset, T value) {
  std::memcpy(out + offset, &value, sizeof(value));
}

template <typename T>
T Get(const uint8_t* bytes, size_t offset) {
  T value{};
  std::memcpy(&value, bytes + offset, sizeof(value));
  return value;
}

uint32_t HeaderCrc(const uint8_t* bytes) {
  constexpr uint32_t kZero = 0;
  uint32_t crc = Crc32c(bytes, kHeaderCrc);
  crc = Crc32c(&kZero, sizeof(kZero), crc);
  constexpr size_t kRest = kHeaderCrc + sizeof(kZero);
  return Crc32c(bytes + kRest, kGroupHeaderBytes - kRest, crc);
}

}  // namespace

void WriteGroupHeader(const GroupHeader& header, uint8_t* out) {
  std::memcpy(out, kTemplate.data(), kGroupValuesOffset);
  std::memset(out + kGroupValuesOffset, 0, kGroupHeaderBytes - kGroupValuesOffset);
  Put(out, kLogId, header.segment.log.value().bytes);
  Put(out, kBaseLsn, header.segment.base_lsn.value());
  Put(out, kFirstLsn, header.first_lsn.value());
  Put(out, kLastLsn, header.last_lsn.value());
  Put(out, kTransactions, header.transactions);
  Put(out, kBytes, header.bytes);
  Put(out, kBodyCrc, header.body_crc);
  Put(out, kEndOfStream, kEndOfStreamMark);
  Put(out, kHeaderCrc, HeaderCrc(out));
}

std::optional<GroupHeader> ReadGroupHeader(const uint8_t* bytes) {
  if (std::memcmp(bytes, kTemplate.data(), kGroupValuesOffset) != 0) return std::nullopt;
  if (Get<uint64_t>(bytes, kEndOfStream) != kEndOfStreamMark) return std::nullopt;
  if (Get<uint32_t>(bytes, kHeaderCrc) != HeaderCrc(bytes)) return std::nullopt;
  GroupHeader header;
  header.segment.log = LogId(Uuid{Get<std::array<uint8_t, 16>>(bytes, kLogId)});
  header.segment.base_lsn = Lsn(Get<uint64_t>(bytes, kBaseLsn));
  header.first_lsn = Lsn(Get<uint64_t>(bytes, kFirstLsn));
  header.last_lsn = Lsn(Get<uint64_t>(bytes, kLastLsn));
  header.transactions = Get<uint32_t>(bytes, kTransactions);
  header.bytes = Get<uint64_t>(bytes, kBytes);
  header.body_crc = Get<uint32_t>(bytes, kBodyCrc);
  if (header.bytes < kGroupAlignment || header.bytes % kGroupAlignment != 0) return std::nullopt;
  return header;
}

}  // namespace firn::log
