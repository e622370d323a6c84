#include "server/report.h"

#include <cstdio>

namespace firn::server {

int ReportFailure(const Error& error) {
  std::string text = "firn: " + error.message + "\n";
  if (!error.detail.empty()) text += "  detail: " + error.detail + "\n";
  if (!error.where.empty()) text += "  context: " + error.where + "\n";
  if (error.position > 0) text += fmt::format("  at character {}\n", error.position);
  if (!error.hint.empty()) text += "  hint: " + error.hint + "\n";
  std::fputs(text.c_str(), stderr);
  return 1;
}

int ReportOutcome(const Status& status) {
  return status ? 0 : ReportFailure(status.error());
}

}  // namespace firn::server
