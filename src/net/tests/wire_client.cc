#include "net/tests/wire_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <utility>

#include <gtest/gtest.h>

#include "net/pgwire/byte_order.h"

namespace firn::net {

RawClient::RawClient(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
  const timeval patience{5, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) Close();
}

RawClient::~RawClient() {
  Close();
}

bool RawClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

std::string RawClient::Receive(size_t bytes) {
  while (unread_.size() - taken_ < bytes) {
    if (taken_ > (size_t{1} << 20)) unread_.erase(0, std::exchange(taken_, 0));
    char more[16384];
    const auto got = ::recv(fd_, more, sizeof(more), 0);
    if (got <= 0) break;
    unread_.append(more, static_cast<size_t>(got));
  }
  auto taken = unread_.substr(taken_, bytes);
  taken_ += taken.size();
  return taken;
}

std::string RawClient::ReceiveAll() {
  std::string all;
  while (true) {
    const auto more = Receive(4096);
    all += more;
    if (more.size() < 4096) return all;
  }
}

void RawClient::ShutDownSend() {
  ::shutdown(fd_, SHUT_WR);
}

void RawClient::Close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

std::string Big16(uint16_t value) {
  std::string out;
  pgwire::AppendBig16(out, value);
  return out;
}

std::string Big32(uint32_t value) {
  std::string out;
  pgwire::AppendBig32(out, value);
  return out;
}

std::string CString(std::string_view text) {
  return std::string(text) + '\0';
}

std::string Message(char type, std::string_view body) {
  return type + Big32(static_cast<uint32_t>(body.size() + 4)) + std::string(body);
}

std::string Startup(const std::vector<std::pair<std::string, std::string>>& pairs,
                    uint32_t protocol) {
  std::string body = Big32(protocol);
  for (const auto& [name, value] : pairs) body += CString(name) + CString(value);
  body += '\0';
  return Big32(static_cast<uint32_t>(body.size() + 4)) + body;
}

std::string ParseMessage(std::string_view statement, std::string_view sql,
                         const std::vector<uint32_t>& oids) {
  auto body = CString(statement) + CString(sql) + Big16(static_cast<uint16_t>(oids.size()));
  for (const auto oid : oids) body += Big32(oid);
  return Message('P', body);
}

std::string BindMessage(std::string_view portal, std::string_view statement,
                        const std::vector<std::optional<std::string>>& parameters,
                        const std::vector<uint16_t>& result_formats,
                        const std::vector<uint16_t>& parameter_formats) {
  auto body = CString(portal) + CString(statement);
  body += Big16(static_cast<uint16_t>(parameter_formats.size()));
  for (const auto format : parameter_formats) body += Big16(format);
  body += Big16(static_cast<uint16_t>(parameters.size()));
  for (const auto& value : parameters) {
    body += value ? Big32(static_cast<uint32_t>(value->size())) + *value : Big32(UINT32_MAX);
  }
  body += Big16(static_cast<uint16_t>(result_formats.size()));
  for (const auto format : result_formats) body += Big16(format);
  return Message('B', body);
}

std::string ExecuteMessage(std::string_view portal, uint32_t max_rows) {
  return Message('E', CString(portal) + Big32(max_rows));
}

std::string WireClient::Start(const std::string& user, const std::string& database) {
  std::vector<std::pair<std::string, std::string>> pairs = {{"user", user}};
  if (!database.empty()) pairs.emplace_back("database", database);
  auto types = Ask(Startup(pairs));
  if (types.back() == 'Z') cancel_key = Of('K').body;
  return types;
}

WireMessage WireClient::Next() {
  const auto head = Receive(5);
  if (head.size() < 5) return {};
  const auto length = pgwire::ReadBig32(head.data() + 1);
  return {head[0], Receive(length - 4)};
}

std::string WireClient::Until(char type) {
  messages_.clear();
  std::string types;
  while (true) {
    messages_.push_back(Next());
    const char last = messages_.back().type;
    types += last == 0 ? '.' : last;
    if (last == type || last == 0) return types;
  }
}

std::string WireClient::Ask(std::string_view bytes) {
  Send(bytes);
  return Until('Z');
}

const WireMessage& WireClient::Of(char type) const {
  for (const auto& message : messages_) {
    if (message.type == type) return message;
  }
  ADD_FAILURE() << "no message of type " << type;
  return messages_.back();
}

std::string WireClient::ErrorField(char field, char type) const {
  const auto& body = Of(type).body;
  for (size_t at = 0; at < body.size() && body[at] != '\0';) {
    std::string text = body.c_str() + at + 1;
    if (body[at] == field) return text;
    at += text.size() + 2;
  }
  return {};
}

std::vector<std::optional<std::string>> WireClient::Row(size_t n) const {
  std::vector<std::optional<std::string>> values;
  for (const auto& message : messages_) {
    if (message.type != 'D' || n-- > 0) continue;
    const auto& body = message.body;
    size_t at = 2;
    for (int left = pgwire::ReadBig16(body.data()); left > 0; --left) {
      const auto length = pgwire::ReadBig32(body.data() + at);
      at += 4;
      if (length == UINT32_MAX) {
        values.emplace_back();
        continue;
      }
      values.emplace_back(body.substr(at, length));
      at += length;
    }
    return values;
  }
  ADD_FAILURE() << "no such row";
  return values;
}

}  // namespace firn::net
