// Addresses and networks: which holds which, and their parts. Text in the engine; here the bytes
// that PostgreSQL sends: family, bits of the prefix, whether a cidr, length, address.
#include <algorithm>

#include <arrow/array.h>
#include <arrow/builder.h>

#include "columnar/value_parser.h"
#include "columnar/value_writer.h"
#include "sql/functions/bodies.h"

namespace firn::sql {
namespace {

using columnar::TypeKind;
using engine::Scalar;

class Network {
 public:
  static Result<Network> Read(std::string_view text) {
    arrow::StringBuilder builder;
    const auto parser = columnar::ValueParser::Make({TypeKind::kInet}, &builder);
    FIRN_RETURN_IF_ERROR(parser->AppendText(text));
    const auto array = builder.Finish().ValueOrDie();
    Network network;
    columnar::ValueWriter::MakeBinary({TypeKind::kInet}, *array)->Append(0, network.sent_);
    return network;
  }
  Result<std::string> Text(TypeKind kind) const {
    arrow::StringBuilder builder;
    auto sent = sent_;
    sent[2] = kind == TypeKind::kCidr ? 1 : 0;
    FIRN_RETURN_IF_ERROR(columnar::ValueParser::Make({kind}, &builder)->AppendBinary(sent));
    return std::string(builder.GetView(0));
  }

  bool is_v4() const { return size() == 4; }
  int bits() const { return static_cast<uint8_t>(sent_[1]); }
  int bits_max() const { return static_cast<int>(size()) * 8; }
  void set_bits(int bits) { sent_[1] = static_cast<char>(bits); }
  size_t size() const { return sent_.size() - kHead; }
  bool Bit(int at) const {
    return (sent_[kHead + static_cast<size_t>(at / 8)] >> (7 - at % 8) & 1) != 0;
  }
  void SetBit(int at, bool on) {
    auto& byte = sent_[kHead + static_cast<size_t>(at / 8)];
    const int mask = 1 << (7 - at % 8);
    byte = static_cast<char>(on ? byte | mask : byte & ~mask);
  }
  bool SharesBits(const Network& other, int count) const {
    if (size() != other.size()) return false;
    for (int i = 0; i < count; ++i) {
      if (Bit(i) != other.Bit(i)) return false;
    }
    return true;
  }
  /// The bits of the prefix, or those after it, become `on`.
  void Fill(bool prefix, bool on) {
    for (int i = prefix ? 0 : bits(); i < (prefix ? bits() : bits_max()); ++i) SetBit(i, on);
  }

 private:
  static constexpr size_t kHead = 4;
  std::string sent_;
};

/// `by` of both bit by bit.
template <typename By>
Result<std::string> Combined(std::string_view word, std::string_view a, std::string_view b, By by) {
  FIRN_TRY(auto one, Network::Read(a));
  FIRN_TRY(const auto other, Network::Read(b));
  if (one.size() != other.size()) {
    return Refused("22023", fmt::format("cannot {} inet values of different sizes", word));
  }
  for (int i = 0; i < one.bits_max(); ++i) one.SetBit(i, by(one.Bit(i), other.Bit(i)));
  one.set_bits(std::max(one.bits(), other.bits()));
  return one.Text(TypeKind::kInet);
}

/// A function of one network that changes it.
template <typename Change>
auto Changed(std::string name, TypeKind kind, Change change) {
  return Scalar(std::move(name), [=](std::string_view text) -> Result<std::string> {
    FIRN_TRY(auto network, Network::Read(text));
    change(network);
    return network.Text(kind);
  });
}

/// Whether the second holds the first; `same`: or is it.
Result<bool> IsWithin(std::string_view inner, std::string_view outer, bool same) {
  FIRN_TRY(const auto a, Network::Read(inner));
  FIRN_TRY(const auto b, Network::Read(outer));
  return (a.bits() > b.bits() || (same && a.bits() == b.bits())) && a.SharesBits(b, b.bits());
}

Result<std::string> WithBits(std::string_view text, int32_t bits) {
  FIRN_TRY(auto network, Network::Read(text));
  if (bits < -1 || bits > network.bits_max()) {
    return Refused("22023", fmt::format("invalid mask length: {}", bits));
  }
  network.set_bits(bits == -1 ? network.bits_max() : bits);
  return network.Text(TypeKind::kInet);
}

}  // namespace

void AddNetworkFunctions(EngineFunctions& to) {
  to.push_back(Scalar("sql_inet_within", [](std::string_view inner, std::string_view outer,
                                            bool same) { return IsWithin(inner, outer, same); }));
  to.push_back(
      Scalar("sql_inet_overlaps", [](std::string_view a, std::string_view b) -> Result<bool> {
        FIRN_TRY(const auto one, Network::Read(a));
        FIRN_TRY(const auto other, Network::Read(b));
        return one.SharesBits(other, std::min(one.bits(), other.bits()));
      }));
  to.push_back(Scalar("sql_inet_and", [](std::string_view a, std::string_view b) {
    return Combined("AND", a, b, [](bool x, bool y) { return x && y; });
  }));
  to.push_back(Scalar("sql_inet_or", [](std::string_view a, std::string_view b) {
    return Combined("OR", a, b, [](bool x, bool y) { return x || y; });
  }));
  to.push_back(Changed("sql_inet_not", TypeKind::kInet, [](Network& one) {
    for (int i = 0; i < one.bits_max(); ++i) one.SetBit(i, !one.Bit(i));
  }));
  to.push_back(Changed("sql_network", TypeKind::kCidr,
                       [](Network& one) { one.Fill(/*prefix=*/false, false); }));
  to.push_back(Changed("sql_broadcast", TypeKind::kInet,
                       [](Network& one) { one.Fill(/*prefix=*/false, true); }));
  to.push_back(Changed("sql_netmask", TypeKind::kInet, [](Network& one) {
    one.Fill(/*prefix=*/true, true);
    one.Fill(/*prefix=*/false, false);
    one.set_bits(one.bits_max());
  }));
  to.push_back(Changed("sql_hostmask", TypeKind::kInet, [](Network& one) {
    one.Fill(/*prefix=*/true, false);
    one.Fill(/*prefix=*/false, true);
    one.set_bits(one.bits_max());
  }));
  to.push_back(Scalar("sql_masklen", [](std::string_view text) -> Result<int32_t> {
    FIRN_TRY(const auto network, Network::Read(text));
    return network.bits();
  }));
  to.push_back(Scalar("sql_set_masklen",
                      [](std::string_view text, int32_t bits) { return WithBits(text, bits); }));
}

}  // namespace firn::sql
