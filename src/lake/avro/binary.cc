#include "lake/avro/binary.h"

namespace firn::lake::avro {
namespace {

const Schema kNullSchema{};
constexpr int kSkipDepthMax = 128;

}  // namespace

void Encoder::PutLong(int64_t value) {
  auto bits = (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
  while (bits >= 0x80) {
    out_.push_back(static_cast<char>(bits | 0x80));
    bits >>= 7;
  }
  out_.push_back(static_cast<char>(bits));
}

bool Decoder::Bool() {
  const auto byte = Raw(1);
  return ok_ && byte[0] != 0;
}

int64_t Decoder::Long() {
  uint64_t bits = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (rest_.empty()) break;
    const auto byte = static_cast<uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    bits |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return static_cast<int64_t>(bits >> 1) ^ -static_cast<int64_t>(bits & 1);
  }
  SetBad();
  return 0;
}

std::string_view Decoder::Bytes() {
  const auto size = Long();
  if (size < 0) SetBad();
  return ok_ ? Raw(static_cast<size_t>(size)) : std::string_view();
}

std::string_view Decoder::Raw(size_t size) {
  if (size > rest_.size()) {
    SetBad();
    return {};
  }
  const auto bytes = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return bytes;
}

const Schema& Decoder::Branch(const Schema& schema) {
  if (schema.kind != Kind::kUnion) return schema;
  const auto index = Long();
  if (!ok_ || index < 0 || static_cast<size_t>(index) >= schema.branches.size()) {
    SetBad();
    return kNullSchema;
  }
  return *schema.branches[static_cast<size_t>(index)];
}

int64_t Decoder::BlockCount() {
  const auto count = Long();
  if (count >= 0) return count;
  Long();
  if (count == INT64_MIN) SetBad();
  return ok_ ? -count : 0;
}

void Decoder::Skip(const Schema& schema) {
  SkipNested(schema, 0);
}

void Decoder::SkipNested(const Schema& schema, int depth) {
  if (!ok_) return;
  if (depth > kSkipDepthMax) return SetBad();
  switch (schema.kind) {
    case Kind::kNull:
      if (empty_left_-- == 0) SetBad();
      return;
    case Kind::kBoolean:
      Raw(1);
      return;
    case Kind::kInt:
    case Kind::kLong:
    case Kind::kEnum:
      Long();
      return;
    case Kind::kFloat:
      Raw(4);
      return;
    case Kind::kDouble:
      Raw(8);
      return;
    case Kind::kBytes:
    case Kind::kString:
      Bytes();
      return;
    case Kind::kFixed:
      Raw(schema.fixed_size);
      return;
    case Kind::kRecord:
      if (empty_left_-- == 0) return SetBad();
      for (const auto& field : schema.fields) SkipNested(*field.type, depth + 1);
      return;
    case Kind::kArray:
    case Kind::kMap:
      Items([&] {
        if (schema.kind == Kind::kMap) Bytes();
        SkipNested(*schema.items, depth + 1);
      });
      return;
    case Kind::kUnion:
      SkipNested(Branch(schema), depth + 1);
      return;
  }
}

}  // namespace firn::lake::avro
