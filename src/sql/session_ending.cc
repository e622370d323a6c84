#include "sql/session_ending.h"

#include <charconv>

#include "sql/roles.h"

namespace firn::sql {
namespace {

Failure NoRight(std::string message, std::string hint) {
  return Fail(
      MakeError(ErrorCode::kDenied, "{}", message).WithSqlState("42501").WithHint(std::move(hint)));
}

/// The rights of the one who signed in there, and a superuser's for a superuser's session.
Status CheckMay(const SessionContext& session, const SessionRow& other, bool terminate) {
  FIRN_TRY(const auto current, CurrentRole(session));
  if (current->superuser) return {};
  const auto& catalog = *session.transaction.view().catalog;
  const auto role = catalog::FindRole(catalog, other.user);
  if (!role || role->superuser) {
    return NoRight(terminate ? "must be a superuser to terminate superuser process"
                             : "must be a superuser to cancel superuser query",
                   "Ask one of the superusers.");
  }
  if (catalog::HasRightsOf(catalog, *current, *role)) return {};
  return NoRight(fmt::format("must be a member of the role whose {}",
                             terminate ? "process is being terminated" : "query is being canceled"),
                 fmt::format("That is \"{}\".", role->name));
}

}  // namespace

Result<std::optional<int64_t>> CallEndingFunction(
    SessionContext& session, std::string_view name,
    const std::vector<std::optional<std::string>>& arguments) {
  using Answer = std::optional<int64_t>;
  const bool terminate = name == "pg_terminate_backend";
  if (!terminate && name != "pg_cancel_backend") return Answer();
  if (arguments.empty() || !arguments[0]) return Answer();
  const auto& text = *arguments[0];
  int32_t pid = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), pid);
  const bool is_pid = read.ec == std::errc{} && read.ptr == text.data() + text.size();
  if (!is_pid) return Answer();  // refused for its type where the query is written
  const auto& registry = session.services.registry;
  const auto other = registry.Find(pid);
  if (!other) return Answer(0);
  FIRN_RETURN_IF_ERROR(CheckMay(session, *other, terminate));
  const auto& end = terminate ? registry.ending().terminate : registry.ending().cancel;
  return Answer(end && end(pid) ? 1 : 0);
}

}  // namespace firn::sql
