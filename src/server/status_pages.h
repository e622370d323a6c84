// server: /healthz, /readyz and /metrics.
#pragma once

#include "net/http/handler.h"
#include "table/database.h"

namespace firn::server {

/// Threads: any. Lifetime: borrows the database.
class StatusPages final : public net::http::Handler {
 public:
  StatusPages(const table::Database& database, std::function<size_t()> session_count)
      : database_(database), session_count_(std::move(session_count)) {}

  Task<net::http::Response> Handle(net::http::Request request) override;

 private:
  net::http::Response Answer(const net::http::Request& request) const;
  std::string Metrics() const;

  const table::Database& database_;
  const std::function<size_t()> session_count_;
};

}  // namespace firn::server
