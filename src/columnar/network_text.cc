#include <arpa/inet.h>

#include <array>
#include <charconv>

#include "columnar/text_forms_internal.h"
#include "columnar/value_text_internal.h"

namespace firn::columnar {
namespace {

// PostgreSQL's own numbers of the families, on the wire.
constexpr uint8_t kWireIpv4 = 2;
constexpr uint8_t kWireIpv6 = 3;
constexpr size_t kBytesV4 = 4;
constexpr size_t kBytesV6 = 16;

struct Network {
  bool v6 = false;
  int bits = 0;
  std::array<uint8_t, kBytesV6> address{};

  size_t bytes() const { return v6 ? kBytesV6 : kBytesV4; }
  int bits_max() const { return static_cast<int>(bytes()) * 8; }
  bool HostBitsSet() const {
    for (int bit = bits; bit < bits_max(); ++bit) {
      if ((address[static_cast<size_t>(bit / 8)] >> (7 - bit % 8) & 1) != 0) return true;
    }
    return false;
  }
};

bool TakeNumber(std::string_view& rest, int most, int* value) {
  if (rest.empty() || !IsDigit(rest.front())) return false;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), *value);
  if (error != std::errc{} || *value > most) return false;
  rest.remove_prefix(static_cast<size_t>(end - rest.data()));
  return true;
}

// "10.1.2.3", "10.1/16"; cidr takes "10.1" too and counts its bits by the class of the network.
bool ReadV4(std::string_view text, bool cidr, Network* network) {
  size_t octets = 0;
  bool more = true;
  while (more) {
    int octet = 0;
    if (octets == kBytesV4 || !TakeNumber(text, 255, &octet)) return false;
    network->address[octets++] = static_cast<uint8_t>(octet);
    more = text.starts_with('.');
    if (more) text.remove_prefix(1);
  }
  if (text.starts_with('/')) {
    text.remove_prefix(1);
    if (!TakeNumber(text, 32, &network->bits) || !text.empty()) return false;
    return cidr || network->bits == 0 || (network->bits - 1) / 8 < static_cast<int>(octets);
  }
  if (!text.empty()) return false;
  network->bits = 32;
  if (octets == kBytesV4) return true;
  if (!cidr) return false;
  const auto first = network->address[0];
  int bits = first >= 240 ? 32 : first >= 224 ? 8 : first >= 192 ? 24 : first >= 128 ? 16 : 8;
  bits = std::max(bits, static_cast<int>(octets) * 8);
  if (bits == 8 && first == 224) bits = 4;
  network->bits = bits;
  return true;
}

bool ReadV6(std::string_view text, Network* network) {
  network->bits = 128;
  const auto slash = text.find('/');
  if (slash != std::string_view::npos) {
    auto bits = text.substr(slash + 1);
    // No zero may stand before another digit.
    if (bits.size() > 1 && bits.front() == '0') return false;
    if (!TakeNumber(bits, 128, &network->bits) || !bits.empty()) return false;
    text = text.substr(0, slash);
  }
  return inet_pton(AF_INET6, std::string(text).c_str(), network->address.data()) == 1;
}

void Compose(const Network& network, bool cidr, std::string* out) {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(network.v6 ? AF_INET6 : AF_INET, network.address.data(), text, sizeof text);
  *out = text;
  if (cidr || network.bits != network.bits_max()) *out += fmt::format("/{}", network.bits);
}

bool Read(std::string_view text, bool cidr, Network* network) {
  network->v6 = text.find(':') != std::string_view::npos;
  return network->v6 ? ReadV6(text, network) : ReadV4(text, cidr, network);
}

[[gnu::cold]] Failure BadBinary(std::string_view what, bool cidr, std::string_view state) {
  return Fail(MakeError(ErrorCode::kInvalidInput, "invalid {} in external \"{}\" value", what,
                        cidr ? "cidr" : "inet")
                  .WithSqlState(state));
}

}  // namespace

Status NetworkText(std::string_view text, bool cidr, std::string* out) {
  const std::string_view name = cidr ? "cidr" : "inet";
  Network network;
  if (cidr && (text.starts_with("0x") || text.starts_with("0X"))) {
    return Fail(MakeError(ErrorCode::kUnsupported,
                          "networks in hexadecimal are not supported: \"{}\"", text)
                    .WithHint("Write it as 10.0.0.0/8."));
  }
  if (!Read(text, cidr, &network)) return BadSyntax(name, text);
  if (cidr && network.HostBitsSet()) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "invalid cidr value: \"{}\"", text)
                    .WithSqlState("22P02")
                    .WithDetail("Value has bits set to right of mask."));
  }
  Compose(network, cidr, out);
  return {};
}

Status NetworkTextFromBinary(std::string_view bytes, bool cidr, std::string* out) {
  constexpr size_t kHeader = 4;
  if (bytes.size() < kHeader) return WrongLength(bytes.size(), kHeader);
  const auto family = static_cast<uint8_t>(bytes[0]);
  if (family != kWireIpv4 && family != kWireIpv6) return BadBinary("address family", cidr, "22P03");
  Network network{.v6 = family == kWireIpv6, .bits = static_cast<uint8_t>(bytes[1])};
  if (network.bits > network.bits_max()) return BadBinary("bits", cidr, "22P03");
  if (static_cast<uint8_t>(bytes[3]) != network.bytes()) {
    return BadBinary("length", cidr, "22P03");
  }
  if (bytes.size() != kHeader + network.bytes()) {
    return WrongLength(bytes.size(), kHeader + network.bytes());
  }
  std::copy(bytes.begin() + kHeader, bytes.end(), network.address.begin());
  if (cidr && network.HostBitsSet()) {
    return Fail(MakeError(ErrorCode::kInvalidInput, "invalid external \"cidr\" value")
                    .WithSqlState("22P03")
                    .WithDetail("Value has bits set to right of mask."));
  }
  Compose(network, cidr, out);
  return {};
}

void AppendNetworkBinary(std::string_view canonical, bool cidr, std::string& out) {
  Network network;
  FIRN_CHECK(Read(canonical, cidr, &network));
  out.push_back(static_cast<char>(network.v6 ? kWireIpv6 : kWireIpv4));
  out.push_back(static_cast<char>(network.bits));
  out.push_back(cidr ? '\1' : '\0');
  out.push_back(static_cast<char>(network.bytes()));
  out.append(reinterpret_cast<const char*>(network.address.data()), network.bytes());
}

}  // namespace firn::columnar
