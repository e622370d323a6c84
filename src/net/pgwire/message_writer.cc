#include "net/pgwire/message_writer.h"

#include "net/pgwire/byte_order.h"
#include "net/pgwire/message.h"

namespace firn::net::pgwire {
namespace {

// Type byte and length around what `write` appends.
template <typename Write>
void AppendMessage(std::string& out, char type, Write write) {
  out.push_back(type);
  const size_t start = out.size();
  out.append(4, '\0');
  write();
  WriteBig32(out.data() + start, static_cast<uint32_t>(out.size() - start));
}

// A name or value that is text already, up to its first NUL.
void AppendString(std::string& out, std::string_view text) {
  out.append(text.substr(0, text.find('\0')));
  out.push_back('\0');
}

void AppendErrorField(std::string& out, char field, std::string_view text) {
  out.push_back(field);
  const bool clean = text.find('\0') == std::string_view::npos && CheckUtf8(text).has_value();
  for (const char c : text) {
    out.push_back(c == '\0' || (!clean && static_cast<uint8_t>(c) >= 0x80) ? '?' : c);
  }
  out.push_back('\0');
}

std::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "ERROR";
    case Severity::kFatal:
      return "FATAL";
    case Severity::kWarning:
      return "WARNING";
    case Severity::kNotice:
      return "NOTICE";
  }
  return "ERROR";
}

std::string_view StateOf(Severity severity, const Error& error) {
  if (severity == Severity::kNotice && error.sqlstate.empty()) return "00000";
  if (severity == Severity::kWarning && error.sqlstate.empty()) return "01000";
  return error.SqlState();
}

}  // namespace

Result<ResultFormats> ResultFormats::Make(std::span<const int16_t> codes) {
  ResultFormats formats;
  for (const int16_t code : codes) {
    if (code != 0 && code != 1) {
      return Fail(ErrorCode::kInvalidInput, "unsupported format code: {}", code);
    }
    formats.codes_.push_back(static_cast<Format>(code));
  }
  return formats;
}

Status ResultFormats::CheckColumns(size_t columns) const {
  if (columns > kColumnsMax) {
    return Fail(MakeError(ErrorCode::kUnsupported,
                          "target lists can have at most {} entries: columns={}", kColumnsMax,
                          columns)
                    .WithSqlState("54011"));
  }
  if (codes_.size() <= 1 || codes_.size() == columns) return {};
  return Fail(ProtocolViolation(fmt::format(
      "bind message has {} result formats but query has {} columns", codes_.size(), columns)));
}

void AppendError(std::string& out, Severity severity, const Error& error) {
  const bool failed = severity == Severity::kError || severity == Severity::kFatal;
  AppendMessage(out, failed ? 'E' : 'N', [&] {
    AppendErrorField(out, 'S', SeverityName(severity));
    AppendErrorField(out, 'V', SeverityName(severity));
    AppendErrorField(out, 'C', StateOf(severity, error));
    AppendErrorField(out, 'M', error.message);
    if (!error.detail.empty()) AppendErrorField(out, 'D', error.detail);
    if (!error.hint.empty()) AppendErrorField(out, 'H', error.hint);
    if (error.position > 0) AppendErrorField(out, 'P', std::to_string(error.position));
    if (!error.where.empty()) AppendErrorField(out, 'W', error.where);
    if (error.subject != nullptr) {
      const auto add = [&](char field, const std::string& text) {
        if (!text.empty()) AppendErrorField(out, field, text);
      };
      add('s', error.subject->schema);
      add('t', error.subject->table);
      add('c', error.subject->column);
      add('d', error.subject->type);
      add('n', error.subject->constraint);
    }
    out.push_back('\0');
  });
}

void AppendRowDescription(std::string& out, const std::vector<columnar::Field>& fields,
                          const ResultFormats& formats) {
  AppendMessage(out, 'T', [&] {
    AppendBig16(out, static_cast<uint16_t>(fields.size()));
    for (size_t i = 0; i < fields.size(); ++i) {
      const auto& type = fields[i].type;
      AppendString(out, fields[i].name);
      AppendBig32(out, 0);  // a column of no known table
      AppendBig16(out, 0);
      AppendBig32(out, columnar::Oid(columnar::BaseType(type)));
      AppendBig16(out, static_cast<uint16_t>(columnar::Size(type)));
      AppendBig32(out, static_cast<uint32_t>(columnar::TypeModifier(type)));
      AppendBig16(out, static_cast<uint16_t>(formats.at(i)));
    }
  });
}

void AppendParameterDescription(std::string& out, const std::vector<uint32_t>& oids) {
  AppendMessage(out, 't', [&] {
    AppendBig16(out, static_cast<uint16_t>(oids.size()));
    for (const uint32_t oid : oids) AppendBig32(out, oid);
  });
}

void AppendParameterStatus(std::string& out, std::string_view name, std::string_view value) {
  AppendMessage(out, 'S', [&] {
    AppendString(out, name);
    AppendString(out, value);
  });
}

void AppendCommandComplete(std::string& out, std::string_view tag) {
  AppendMessage(out, 'C', [&] { AppendString(out, tag); });
}

void AppendReadyForQuery(std::string& out, char transaction_status) {
  AppendMessage(out, 'Z', [&] { out.push_back(transaction_status); });
}

void AppendAuthenticationOk(std::string& out) {
  AppendMessage(out, 'R', [&] { AppendBig32(out, 0); });
}

void AppendSaslMechanisms(std::string& out, const std::vector<std::string_view>& mechanisms) {
  AppendMessage(out, 'R', [&] {
    AppendBig32(out, 10);
    for (const auto mechanism : mechanisms) out.append(mechanism).push_back('\0');
    out.push_back('\0');
  });
}

void AppendSaslContinue(std::string& out, std::string_view data) {
  AppendMessage(out, 'R', [&] {
    AppendBig32(out, 11);
    out.append(data);
  });
}

void AppendSaslFinal(std::string& out, std::string_view data) {
  AppendMessage(out, 'R', [&] {
    AppendBig32(out, 12);
    out.append(data);
  });
}

void AppendBackendKeyData(std::string& out, int32_t process_id, uint32_t secret) {
  AppendMessage(out, 'K', [&] {
    AppendBig32(out, static_cast<uint32_t>(process_id));
    AppendBig32(out, secret);
  });
}

void AppendNegotiateProtocolVersion(std::string& out, const std::vector<std::string>& unknown) {
  AppendMessage(out, 'v', [&] {
    AppendBig32(out, kProtocol3);
    AppendBig32(out, static_cast<uint32_t>(unknown.size()));
    for (const auto& name : unknown) AppendString(out, name);
  });
}

void AppendCopyResponse(std::string& out, char type, Format format, size_t columns) {
  AppendMessage(out, type, [&] {
    out.push_back(static_cast<char>(format));
    AppendBig16(out, static_cast<uint16_t>(columns));
    for (size_t i = 0; i < columns; ++i) AppendBig16(out, static_cast<uint16_t>(format));
  });
}

void AppendCopyData(std::string& out, std::string_view data) {
  AppendMessage(out, 'd', [&] { out.append(data); });
}

void AppendEmpty(std::string& out, char type) {
  AppendMessage(out, type, [] {});
}

}  // namespace firn::net::pgwire
