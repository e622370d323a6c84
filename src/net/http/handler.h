// http: what a request is and who answers it; no Beast in here.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/task.h"

namespace firn::net::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;  // "GET"
  std::string path;    // as sent, up to '?', still percent-encoded: "/api/v1/sql"
  std::string query;   // behind '?'
  Headers headers;
  std::string body;
  std::string client_address;

  /// First header of that name, in any case of letters; empty if there is none.
  std::string_view Header(std::string_view name) const {
    const auto same = [](char a, char b) {
      return std::tolower(static_cast<unsigned char>(a)) ==
             std::tolower(static_cast<unsigned char>(b));
    };
    for (const auto& [key, value] : headers) {
      if (std::equal(key.begin(), key.end(), name.begin(), name.end(), same)) return value;
    }
    return {};
  }
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  Headers headers;  // others than Content-Type, Content-Length, Connection, Date, Server
  std::string body;
};

/// Answers requests.
///
/// Threads:  several requests of several clients at once.
/// Failure:  what it throws becomes a 500.
class Handler {
 public:
  virtual ~Handler() = default;
  /// HEAD is handled like GET; the body is then left out.
  virtual Task<Response> Handle(Request request) = 0;
};

}  // namespace firn::net::http
