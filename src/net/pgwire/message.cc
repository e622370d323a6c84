#include "net/pgwire/message.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include <arrow/util/utf8.h>

#include "net/pgwire/byte_order.h"

namespace firn::net::pgwire {
namespace {

// Reads a body front to back. The first thing that is not there fails all that follows.
class Cursor {
 public:
  explicit Cursor(std::string_view body) : rest_(body) {}

  uint8_t Byte() {
    const auto bytes = Bytes(1);
    return bytes.empty() ? 0 : static_cast<uint8_t>(bytes[0]);
  }
  int16_t Int16() {
    const auto bytes = Bytes(2);
    return bytes.empty() ? int16_t{0} : static_cast<int16_t>(ReadBig16(bytes.data()));
  }
  int32_t Int32() {
    const auto bytes = Bytes(4);
    return bytes.empty() ? 0 : static_cast<int32_t>(ReadBig32(bytes.data()));
  }
  std::string_view String() {
    const auto end = rest_.find('\0');
    if (end == std::string_view::npos) {
      Break("string without terminator");
      return {};
    }
    const auto text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return text;
  }
  std::string_view Bytes(size_t count) {
    if (count > rest_.size()) {
      Break("message too short");
      return {};
    }
    const auto bytes = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return bytes;
  }
  /// A count of things that take at least `each` bytes; never more than can be there.
  size_t Count(size_t each) {
    const size_t count = static_cast<uint16_t>(Int16());
    if (count * each <= rest_.size()) return count;
    Break("message too short");
    return 0;
  }

  Status End() const {
    if (broken_ != nullptr) return Fail(ProtocolViolation(broken_));
    if (!rest_.empty()) {
      return Fail(ProtocolViolation(fmt::format("message too long: extra={}", rest_.size())));
    }
    return {};
  }

 private:
  void Break(const char* why) {
    if (broken_ == nullptr) broken_ = why;
    rest_ = {};
  }

  std::string_view rest_;
  const char* broken_ = nullptr;
};

constexpr std::string_view kLargeTypes = "QPBdF";
constexpr std::string_view kSmallTypes = "CDEHScfX";

// The next word of `options`: split at blanks, a backslash takes the next character as it is.
std::optional<std::string> NextWord(std::string_view& text) {
  const auto is_blank = [](char c) { return std::strchr(" \t\n\v\f\r", c) != nullptr; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  std::string word;
  while (!text.empty() && !is_blank(text.front())) {
    if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
    word.push_back(text.front());
    text.remove_prefix(1);
  }
  return word;
}

}  // namespace

Error ProtocolViolation(std::string message) {
  return MakeError(ErrorCode::kInvalidInput, "{}", message).WithSqlState("08P01");
}

Result<Header> ParseHeader(std::string_view bytes, size_t message_bytes_max) {
  const char type = bytes[0];
  const bool large = type != '\0' && kLargeTypes.find(type) != std::string_view::npos;
  if (!large && (type == '\0' || kSmallTypes.find(type) == std::string_view::npos)) {
    return Fail(ProtocolViolation(
        fmt::format("invalid frontend message type: {}", static_cast<uint8_t>(type))));
  }
  const uint32_t length = ReadBig32(bytes.data() + 1);
  const size_t most = large ? message_bytes_max : kSmallMessageBytesMax;
  if (length < 4 || length > most) {
    return Fail(ProtocolViolation(
        fmt::format("invalid message length: type='{}' length={} most={}", type, length, most)));
  }
  return Header{type, length - 4};
}

Result<std::vector<std::pair<std::string, std::string>>> ParseOptions(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> options;
  while (auto word = NextWord(text)) {
    std::string setting;
    if (*word == "-c") {
      auto next = NextWord(text);
      if (next) setting = *std::move(next);
    } else if (word->starts_with("-c") || word->starts_with("--")) {
      setting = word->substr(2);
    }
    const auto equals = setting.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Fail(MakeError(ErrorCode::kInvalidInput,
                            "invalid command-line argument for server process: {}", *word)
                      .WithSqlState("42601")
                      .WithHint("Say `-c name=value`."));
    }
    auto name = setting.substr(0, equals);
    std::replace(name.begin(), name.end(), '-', '_');
    options.emplace_back(std::move(name), setting.substr(equals + 1));
  }
  return options;
}

Result<StartupMessage> ParseStartup(int32_t protocol, std::string_view body) {
  StartupMessage message;
  message.protocol = protocol;
  std::vector<std::pair<std::string, std::string>> given;
  Cursor cursor(body);
  while (true) {
    const auto name = cursor.String();
    if (name.empty()) break;
    const auto value = cursor.String();
    FIRN_RETURN_IF_ERROR(CheckUtf8(name));
    FIRN_RETURN_IF_ERROR(CheckUtf8(value));
    if (name == "user") {
      message.start.user = value;
    } else if (name == "database") {
      message.start.database = value;
    } else if (name == "options") {
      FIRN_TRY(message.start.options, ParseOptions(value));
    } else if (name == "replication") {
      if (value != "false" && value != "off" && value != "no" && value != "0") {
        return Fail(MakeError(ErrorCode::kUnsupported, "replication connections are not supported")
                        .WithHint("Read the table's Iceberg snapshots instead."));
      }
    } else if (name.starts_with("_pq_.")) {
      message.unknown.emplace_back(name);
    } else {
      given.emplace_back(name, value);
    }
  }
  FIRN_RETURN_IF_ERROR(cursor.End());
  if (message.start.user.empty()) {
    return Fail(MakeError(ErrorCode::kDenied, "no PostgreSQL user name specified in startup packet")
                    .WithSqlState("28000"));
  }
  if (message.start.database.empty()) message.start.database = message.start.user;
  for (auto& pair : given) message.start.options.push_back(std::move(pair));
  return message;
}

Result<CancelKey> ParseCancel(std::string_view body) {
  Cursor cursor(body);
  CancelKey key;
  key.process_id = cursor.Int32();
  key.secret = static_cast<uint32_t>(cursor.Int32());
  FIRN_RETURN_IF_ERROR(cursor.End());
  return key;
}

Result<std::string> ParseString(std::string_view body) {
  Cursor cursor(body);
  std::string text(cursor.String());
  FIRN_RETURN_IF_ERROR(cursor.End());
  return text;
}

Result<ParseMessage> ParseParse(std::string_view body) {
  Cursor cursor(body);
  ParseMessage message;
  message.statement = cursor.String();
  message.sql = cursor.String();
  const size_t count = cursor.Count(4);
  message.parameter_oids.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    message.parameter_oids.push_back(static_cast<uint32_t>(cursor.Int32()));
  }
  FIRN_RETURN_IF_ERROR(cursor.End());
  return message;
}

Result<BindMessage> ParseBind(std::string_view body) {
  Cursor cursor(body);
  BindMessage message;
  message.portal = cursor.String();
  message.statement = cursor.String();
  const size_t formats = cursor.Count(2);
  for (size_t i = 0; i < formats; ++i) message.parameter_formats.push_back(cursor.Int16());
  const size_t count = cursor.Count(4);
  message.parameters.resize(count);
  for (size_t i = 0; i < count; ++i) {
    const int32_t length = cursor.Int32();
    if (length == -1) continue;
    if (length < 0) {
      return Fail(ProtocolViolation(
          fmt::format("invalid parameter length: parameter={} length={}", i + 1, length)));
    }
    message.parameters[i].bytes = cursor.Bytes(static_cast<size_t>(length));
  }
  const size_t results = cursor.Count(2);
  for (size_t i = 0; i < results; ++i) message.result_formats.push_back(cursor.Int16());
  FIRN_RETURN_IF_ERROR(cursor.End());
  return message;
}

Result<TargetMessage> ParseTarget(std::string_view body) {
  Cursor cursor(body);
  TargetMessage message;
  message.kind = static_cast<char>(cursor.Byte());
  message.name = cursor.String();
  FIRN_RETURN_IF_ERROR(cursor.End());
  if (message.kind != 'S' && message.kind != 'P') {
    return Fail(ProtocolViolation(fmt::format("invalid target of Describe or Close: {}",
                                              static_cast<uint8_t>(message.kind))));
  }
  return message;
}

Result<ExecuteMessage> ParseExecute(std::string_view body) {
  Cursor cursor(body);
  ExecuteMessage message;
  message.portal = cursor.String();
  message.max_rows = std::max(cursor.Int32(), 0);  // PostgreSQL takes a negative one as "all"
  FIRN_RETURN_IF_ERROR(cursor.End());
  return message;
}

Result<SaslInitialMessage> ParseSaslInitial(std::string_view body) {
  Cursor cursor(body);
  SaslInitialMessage message;
  message.mechanism = cursor.String();
  const int32_t length = cursor.Int32();
  if (length < 0) return Fail(ProtocolViolation("a SASL response without data"));
  message.data = cursor.Bytes(static_cast<size_t>(length));
  FIRN_RETURN_IF_ERROR(cursor.End());
  return message;
}

Status ParseNothing(std::string_view body) {
  return Cursor(body).End();
}

Status ResolveFormats(BindMessage& bind) {
  const auto& formats = bind.parameter_formats;
  if (formats.size() > 1 && formats.size() != bind.parameters.size()) {
    return Fail(
        ProtocolViolation(fmt::format("bind message has {} parameter formats but {} parameters",
                                      formats.size(), bind.parameters.size())));
  }
  for (size_t i = 0; i < bind.parameters.size() && !formats.empty(); ++i) {
    const int16_t code = formats.size() == 1 ? formats[0] : formats[i];
    if (code != 0 && code != 1) {
      return Fail(ErrorCode::kInvalidInput, "unsupported format code: {}", code);
    }
    bind.parameters[i].format = static_cast<Format>(code);
  }
  return {};
}

Status CheckUtf8(std::string_view text) {
  arrow::util::InitializeUTF8();
  if (arrow::util::ValidateUTF8(text)) return {};
  // Find the place: the shortest prefix that no continuation can mend.
  size_t bad = 0;
  while (bad < text.size()) {
    size_t length = 1;
    while (length <= 4 && !arrow::util::ValidateUTF8(text.substr(bad, length))) ++length;
    if (length > 4 || bad + length > text.size()) break;
    bad += length;
  }
  std::string bytes;
  for (const char c : text.substr(bad, 4)) {
    if (!bytes.empty() && static_cast<uint8_t>(c) < 0x80) break;
    bytes += fmt::format(" 0x{:02x}", static_cast<uint8_t>(c));
  }
  return Fail(
      MakeError(ErrorCode::kInvalidInput, "invalid byte sequence for encoding \"UTF8\":{}", bytes)
          .WithSqlState("22021"));
}

void FuzzMessages(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)ParseStartup(kProtocol3, bytes);
  (void)ParseCancel(bytes);
  (void)ParseOptions(bytes);
  if (size < Header::kBytes) return;
  (void)ParseHeader(bytes, size_t{1} << 30);
  const auto body = bytes.substr(Header::kBytes);
  (void)ParseString(body);
  (void)ParseParse(body);
  (void)ParseTarget(body);
  (void)ParseExecute(body);
  (void)ParseNothing(body);
  (void)ParseSaslInitial(body);
  if (auto bind = ParseBind(body)) (void)ResolveFormats(*bind);
}

}  // namespace firn::net::pgwire
