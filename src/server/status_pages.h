// server: /healthz, /readyz and /metrics.
#pragma once

#include "engine/engine.h"
#include "net/http/handler.h"
#include "table/database.h"

namespace firn::server {

/// Threads: any. Lifetime: borrows database and engine.
class StatusPages final : public net::http::Handler {
 public:
  StatusPages(const table::Database& database, const engine::Engine& engine, int64_t memory_limit,
              std::function<size_t()> session_count)
      : database_(database),
        engine_(engine),
        memory_limit_(memory_limit),
        session_count_(std::move(session_count)) {}

  Task<net::http::Response> Handle(net::http::Request request) override;

 private:
  net::http::Response Answer(const net::http::Request& request) const;
  std::string Metrics() const;

  const table::Database& database_;
  const engine::Engine& engine_;
  const int64_t memory_limit_;
  const std::function<size_t()> session_count_;
};

}  // namespace firn::server
