// pgwire: what the server says (PostgreSQL 15 manual, chapter 55.7), appended to a buffer.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "columnar/types.h"
#include "net/session.h"

namespace firn::net::pgwire {

/// PostgreSQL's own limit on the columns of a result.
inline constexpr size_t kColumnsMax = 1664;

/// The result formats that a Bind asked for: none (all text), one for all, or one each.
class ResultFormats {
 public:
  ResultFormats() = default;
  /// 22023 for a code that is neither text nor binary.
  static Result<ResultFormats> Make(std::span<const int16_t> codes);

  Format at(size_t column) const {
    if (codes_.empty()) return Format::kText;
    return codes_.size() == 1 ? codes_[0] : codes_[column];
  }
  /// 08P01 when there is neither one for all nor one for each of so many columns.
  Status CheckColumns(size_t columns) const;

 private:
  std::vector<Format> codes_;
};

enum class Severity : uint8_t { kError, kFatal, kWarning, kNotice };

/// ErrorResponse, or NoticeResponse for the lower severities. Bytes that a client could not
/// decode (NUL, what is not UTF-8) become '?'.
void AppendError(std::string& out, Severity severity, const Error& error);
void AppendRowDescription(std::string& out, const std::vector<columnar::Field>& fields,
                          const ResultFormats& formats);
void AppendParameterDescription(std::string& out, const std::vector<uint32_t>& oids);
void AppendParameterStatus(std::string& out, std::string_view name, std::string_view value);
void AppendCommandComplete(std::string& out, std::string_view tag);
void AppendReadyForQuery(std::string& out, char transaction_status);
void AppendAuthenticationOk(std::string& out);
void AppendSaslMechanisms(std::string& out, const std::vector<std::string_view>& mechanisms);
void AppendSaslContinue(std::string& out, std::string_view data);
void AppendSaslFinal(std::string& out, std::string_view data);
void AppendBackendKeyData(std::string& out, int32_t process_id, uint32_t secret);
void AppendNegotiateProtocolVersion(std::string& out, const std::vector<std::string>& unknown);
/// `type`: 'G' CopyInResponse, 'H' CopyOutResponse.
void AppendCopyResponse(std::string& out, char type, Format format, size_t columns);
void AppendCopyData(std::string& out, std::string_view data);
/// Messages without a body: ParseComplete '1', BindComplete '2', CloseComplete '3', NoData 'n',
/// EmptyQueryResponse 'I', PortalSuspended 's', CopyDone 'c'.
void AppendEmpty(std::string& out, char type);

}  // namespace firn::net::pgwire
