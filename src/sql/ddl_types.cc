#include "sql/ddl_internal.h"

namespace firn::sql {
namespace {

Failure Refuse(std::string_view what, std::string hint) {
  return Fail(MakeError(ErrorCode::kUnsupported, "{} is not supported", what)
                  .WithSqlState("0A000")
                  .WithHint(std::move(hint)));
}

}  // namespace

Task<Status> Run(SessionContext& /*session*/, const CreateEnumCommand& /*command*/,
                 Output& /*out*/) {
  co_return Refuse("CREATE TYPE", "Use text with a CHECK.");
}

Task<Status> Run(SessionContext& /*session*/, const AlterEnumCommand& /*command*/,
                 Output& /*out*/) {
  co_return Refuse("ALTER TYPE", "Use text with a CHECK.");
}

Task<Status> Run(SessionContext& /*session*/, const CreateDomainCommand& /*command*/,
                 Output& /*out*/) {
  co_return Refuse("CREATE DOMAIN", "Use the base type with a CHECK.");
}

}  // namespace firn::sql
