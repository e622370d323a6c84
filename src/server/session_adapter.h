// server: where the protocol front and SQL meet. net owns Session and Responder, sql owns Output;
// neither knows the other. Only forwarding belongs here.
#pragma once

#include "net/session.h"
#include "sql/sql_service.h"

namespace firn::server {

/// Threads: any. Lifetime: borrows the service.
class SqlSessionFactory final : public net::SessionFactory {
 public:
  explicit SqlSessionFactory(sql::SqlService& service) : service_(service) {}

  Task<Result<std::unique_ptr<net::Session>>> Open(net::SessionStart start) override;
  Result<std::optional<std::string>> PasswordOf(const net::SessionStart& start,
                                                bool loopback) const override;

 private:
  sql::SqlService& service_;
};

}  // namespace firn::server
