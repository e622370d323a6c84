// net: a client made of bytes, for tests: blocking sockets that give up after five seconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace firn::net {

/// A TCP connection to loopback.
class RawClient {
 public:
  explicit RawClient(uint16_t port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False when the other side has closed.
  bool Send(std::string_view bytes);
  /// Exactly so many bytes; fewer at the end of the stream or after five seconds.
  std::string Receive(size_t bytes);
  /// Everything until the other side closes.
  std::string ReceiveAll();
  /// Closes our half only: nothing more will be sent.
  void ShutDownSend();
  void Close();

 private:
  int fd_;
  std::string unread_;  // received; asked for up to taken_
  size_t taken_ = 0;
};

struct WireMessage {
  char type = 0;  // 0: the server has closed
  std::string body;
};

std::string Big16(uint16_t value);
std::string Big32(uint32_t value);
/// With its terminator.
std::string CString(std::string_view text);
std::string Message(char type, std::string_view body = "");
/// A start-up packet with these pairs.
std::string Startup(const std::vector<std::pair<std::string, std::string>>& pairs,
                    uint32_t protocol = 3 << 16);
std::string ParseMessage(std::string_view statement, std::string_view sql,
                         const std::vector<uint32_t>& oids = {});
std::string BindMessage(std::string_view portal, std::string_view statement,
                        const std::vector<std::optional<std::string>>& parameters = {},
                        const std::vector<uint16_t>& result_formats = {},
                        const std::vector<uint16_t>& parameter_formats = {});
std::string ExecuteMessage(std::string_view portal = "", uint32_t max_rows = 0);
inline std::string QueryMessage(std::string_view sql) {
  return Message('Q', CString(sql));
}
inline std::string SyncMessage() {
  return Message('S');
}

/// Speaks the PostgreSQL protocol.
class WireClient : public RawClient {
 public:
  using RawClient::RawClient;

  /// Starts up as `user`; the types of the answer's messages, "RSSK…Z".
  std::string Start(const std::string& user = "ann", const std::string& database = "");
  WireMessage Next();
  /// Reads up to and with the first message of that type (or the end): the types in order.
  /// The bodies are in `messages`.
  std::string Until(char type);
  /// Sends and reads to ReadyForQuery.
  std::string Ask(std::string_view bytes);

  /// Those that the last Until() read.
  const std::vector<WireMessage>& messages() const { return messages_; }
  /// The first of that type among them; a test fails without it.
  const WireMessage& Of(char type) const;
  /// A field of the first ErrorResponse (or NoticeResponse) among them, "" if absent.
  std::string ErrorField(char field, char type = 'E') const;
  /// The values of the n-th DataRow.
  std::vector<std::optional<std::string>> Row(size_t n) const;
  /// From BackendKeyData of Start().
  std::string cancel_key;

 private:
  std::vector<WireMessage> messages_;
};

}  // namespace firn::net
