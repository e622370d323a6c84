// pgwire: what a client says (PostgreSQL 15 manual, chapter 55.7), as values.
//
// A message is a type byte, a length that counts itself, and a body. The parsers take a body and
// give a value that owns its bytes, or 08P01 for a body that is not what its length or its type
// promise: after such a message nothing that follows can be trusted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/session.h"

namespace firn::net::pgwire {

inline constexpr int32_t kSslRequest = 80877103;
inline constexpr int32_t kGssEncRequest = 80877104;
inline constexpr int32_t kCancelRequest = 80877102;
inline constexpr int32_t kProtocol3 = 3 << 16;  // 3.0
inline constexpr size_t kStartupBytesMax = 10000;
/// For messages that are small by nature (Sync, Describe, CopyFail …).
inline constexpr size_t kSmallMessageBytesMax = 10000;

/// A message's first five bytes.
struct Header {
  static constexpr size_t kBytes = 5;
  char type = 0;
  size_t body = 0;  // bytes after the header
};

struct StartupMessage {
  int32_t protocol = 0;
  SessionStart start;                // without the client's address
  std::vector<std::string> unknown;  // protocol options (_pq_.*) we do not have
};
struct CancelKey {
  int32_t process_id = 0;
  uint32_t secret = 0;
};
struct ParseMessage {
  std::string statement;
  std::string sql;
  std::vector<uint32_t> parameter_oids;
};
struct BindMessage {
  std::string portal;
  std::string statement;
  std::vector<int16_t> parameter_formats;
  std::vector<ParameterValue> parameters;  // `format` is not set yet: ResolveFormats
  std::vector<int16_t> result_formats;
};
/// Describe and Close: 'S' a statement, 'P' a portal.
struct TargetMessage {
  char kind = 0;
  std::string name;
};
struct SaslInitialMessage {
  std::string mechanism;
  std::string data;
};
struct ExecuteMessage {
  std::string portal;
  int32_t max_rows = 0;
};

/// 08P01.
Error ProtocolViolation(std::string message);

/// `bytes` holds Header::kBytes or more. Unknown types and lengths out of range are violations.
Result<Header> ParseHeader(std::string_view bytes, size_t message_bytes_max);

/// A start-up packet's body after length and code.
Result<StartupMessage> ParseStartup(int32_t protocol, std::string_view body);
Result<CancelKey> ParseCancel(std::string_view body);
/// "-c name=value --name=value" as the startup parameter `options` has it; 42601 when it is not.
Result<std::vector<std::pair<std::string, std::string>>> ParseOptions(std::string_view text);

/// Query, CopyFail: one string.
Result<std::string> ParseString(std::string_view body);
Result<ParseMessage> ParseParse(std::string_view body);
Result<BindMessage> ParseBind(std::string_view body);
Result<TargetMessage> ParseTarget(std::string_view body);
Result<ExecuteMessage> ParseExecute(std::string_view body);
/// The first answer to a list of mechanisms.
Result<SaslInitialMessage> ParseSaslInitial(std::string_view body);
/// Sync, Flush, CopyDone, Terminate.
Status ParseNothing(std::string_view body);

/// Spreads Bind's parameter formats (none, one for all, or one each) over its parameters. An
/// error of the statement, not of the protocol's framing: 08P01, 22023.
Status ResolveFormats(BindMessage& bind);

/// 22021 naming the first bytes that are not UTF-8.
Status CheckUtf8(std::string_view text);

/// Body of the fuzzer: any bytes, as a start-up packet and as every message.
void FuzzMessages(const uint8_t* data, size_t size);

}  // namespace firn::net::pgwire
