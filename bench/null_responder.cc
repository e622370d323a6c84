#include <cstdint>
#include <cstdio>
#include <string_view>
#include <thread>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "limits.h"

namespace firn::bench {
namespace {

constexpr uint32_t kProtocol3 = 196608;

std::string Big32(uint32_t value) {
  value = htonl(value);
  return {reinterpret_cast<const char*>(&value), 4};
}

std::string Message(char kind, std::string_view body = {}) {
  return kind + Big32(static_cast<uint32_t>(body.size() + 4)) + std::string(body);
}

uint32_t ReadBig32(const char* at) {
  uint32_t value = 0;
  __builtin_memcpy(&value, at, 4);
  return ntohl(value);
}

using std::string_view_literals::operator""sv;

// One client: what it sends is cut into messages and answered from a handful of texts.
class Session {
 public:
  explicit Session(int fd) : fd_(fd) {}

  void Run() {
    char buffer[1 << 16];
    while (true) {
      const auto got = ::recv(fd_, buffer, sizeof(buffer), 0);
      if (got <= 0) break;
      received_.append(buffer, static_cast<size_t>(got));
      if (!Answer()) break;
      if (!out_.empty() && ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL) < 0) break;
      out_.clear();
    }
    ::close(fd_);
  }

 private:
  // Every whole message received; false at the end.
  bool Answer() {
    size_t at = 0;
    while (true) {
      const size_t head = started_ ? 1 : 0;
      if (received_.size() < at + head + 4) break;
      const size_t length = ReadBig32(received_.data() + at + head);
      if (received_.size() < at + head + length) break;
      const std::string_view body(received_.data() + at + head + 4, length - 4);
      if (!started_) {
        Start(body);
      } else if (!One(received_[at], body)) {
        return false;
      }
      at += head + length;
    }
    received_.erase(0, at);
    return true;
  }

  void Start(std::string_view body) {
    if (ReadBig32(body.data()) != kProtocol3) {
      out_ += 'N';  // no encryption
      return;
    }
    started_ = true;
    out_ += Message('R', Big32(0)) + Message('S', "server_version\00015.0\0"sv) +
            Message('S', "server_encoding\0UTF8\0"sv) + Message('S', "client_encoding\0UTF8\0"sv) +
            Message('S', "standard_conforming_strings\0on\0"sv) +
            Message('S', "DateStyle\0ISO, MDY\0"sv) + Message('S', "TimeZone\0UTC\0"sv) +
            Message('Z', "I");
  }

  bool One(char kind, std::string_view body) {
    switch (kind) {
      case 'P':
        is_select_ = body.substr(body.find('\0') + 1).starts_with("SELECT");
        out_ += Message('1');
        return true;
      case 'B':
        out_ += Message('2');
        return true;
      case 'C':
        out_ += Message('3');
        return true;
      case 'D':
        if (body.starts_with('S')) out_ += Message('t', "\0\0"sv);
        out_ += is_select_ ? Columns() : Message('n');
        return true;
      case 'E':
        out_ += Result();
        return true;
      case 'S':
        out_ += Message('Z', "I");
        return true;
      case 'Q':
        is_select_ = body.starts_with("SELECT");
        out_ += (is_select_ ? Columns() : "") + Result() + Message('Z', "I");
        return true;
      default:
        return kind != 'X';
    }
  }

  static std::string Columns() {
    // One int4 without a name.
    return Message('T', "\0\1?column?\0\0\0\0\0\0\0\0\0\0\x17\0\4\xff\xff\xff\xff\0\0"sv);
  }
  std::string Result() const {
    if (!is_select_) return Message('C', "INSERT 0 1\0"sv);
    return Message('D',
                   "\0\1\0\0\0\1"
                   "1"sv) +
           Message('C', "SELECT 1\0"sv);
  }

  int fd_;
  bool started_ = false;
  bool is_select_ = false;
  std::string received_;
  std::string out_;
};

void Accept(int listener) {
  while (true) {
    const int fd = ::accept(listener, nullptr, nullptr);
    if (fd < 0) return;
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    std::thread([fd] { Session(fd).Run(); }).detach();
  }
}

}  // namespace

int Respond() {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (listener < 0 || ::bind(listener, any, size) != 0 || ::listen(listener, 256) != 0 ||
      ::getsockname(listener, any, &size) != 0) {
    Die("listen");
  }
  std::printf("{\"port\": %d}\n", ntohs(address.sin_port));
  std::fflush(stdout);
  std::thread(Accept, listener).detach();
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) {
  }
  std::_Exit(0);
}

}  // namespace firn::bench
