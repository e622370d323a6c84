#include "server/status_pages.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "server/process_figures.h"
#include "server/version.h"
#include "table/second_copy.h"

namespace firn::server {
namespace {

net::http::Response Text(int status, std::string body) {
  net::http::Response response;
  response.status = status;
  response.body = std::move(body) + "\n";
  return response;
}

class Families {
 public:
  void Gauge(std::string name, std::string help, double value) {
    Add(std::move(name), std::move(help), prometheus::MetricType::Gauge).gauge.value = value;
  }
  void Counter(std::string name, std::string help, double value) {
    Add(std::move(name), std::move(help), prometheus::MetricType::Counter).counter.value = value;
  }
  void Counter(std::string name, std::string help, int64_t value) {
    Counter(std::move(name), std::move(help), static_cast<double>(value));
  }
  std::string Serialize() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  prometheus::ClientMetric& Add(std::string name, std::string help, prometheus::MetricType type) {
    families_.push_back({std::move(name), std::move(help), type, {prometheus::ClientMetric{}}});
    return families_.back().metric.front();
  }

  std::vector<prometheus::MetricFamily> families_;
};

void AddArchive(const std::optional<table::ArchiveState>& state, Families& families) {
  if (!state) return;
  families.Gauge("firn_archive_lsn", "Every change at or below is in the archive",
                 static_cast<double>(state->archived.value_or(Lsn()).value()));
  families.Gauge("firn_archive_behind_bytes", "Durable log bytes that are not in the archive",
                 static_cast<double>(state->behind_bytes));
  families.Gauge("firn_archive_behind_seconds", "Age of the oldest of them at the most",
                 state->behind_seconds);
  families.Gauge("firn_archive_failing", "1 while the archive cannot be written",
                 state->failing ? 1 : 0);
  families.Gauge("firn_archive_base_lsn", "LSN of the newest base copy since start",
                 static_cast<double>(state->base.value_or(Lsn()).value()));
  families.Counter("firn_archive_failures_total", "Failed attempts to write the archive",
                   state->failures);
}

/// By the names that Prometheus' own clients use.
void AddProcess(const ProcessFigures& figures, Families& families) {
  families.Counter("process_cpu_seconds_total", "Processor time of the server",
                   figures.cpu_seconds);
  families.Gauge("process_resident_memory_bytes", "Memory of the server as the kernel counts it",
                 static_cast<double>(figures.resident_bytes));
  families.Gauge("process_open_fds", "Files and connections that are open",
                 static_cast<double>(figures.open_files));
  families.Gauge("process_max_fds", "How many may be", static_cast<double>(figures.open_files_max));
}

}  // namespace

Task<net::http::Response> StatusPages::Handle(net::http::Request request) {
  co_return Answer(request);
}

net::http::Response StatusPages::Answer(const net::http::Request& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    return Text(405, "method not allowed: " + request.method);
  }
  if (request.path == "/healthz") return Text(200, "ok");
  if (request.path == "/readyz") {
    const Status poisoned = database_.Poisoned();
    if (poisoned) return Text(200, "ready");
    return Text(503,
                fmt::format("not ready: {}\n{}", poisoned.error().message, poisoned.error().hint));
  }
  if (request.path == "/metrics") {
    auto response = Text(200, Metrics());
    response.body.pop_back();
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    return response;
  }
  return Text(404, "no such page: " + request.path + " (there are /healthz, /readyz and /metrics)");
}

std::string StatusPages::Metrics() const {
  const auto stats = database_.stats();
  const auto lsn = database_.lsn_state();
  Families families;
  families.Gauge("firn_sessions", "Client sessions open now",
                 static_cast<double>(session_count_()));
  families.Counter("firn_commits_total", "Transactions made durable since start", stats.commits);
  families.Counter("firn_log_groups_total", "Log groups written since start", stats.log_groups);
  families.Gauge("firn_log_failed", "1 while the log takes no commits; /readyz says why",
                 database_.Poisoned() ? 0 : 1);
  families.Gauge("firn_log_bytes", "Bytes of the groups in the log",
                 static_cast<double>(stats.log_bytes));
  families.Gauge("firn_log_disk_bytes", "Bytes of all files of the log, spare ones too",
                 static_cast<double>(stats.log_disk_bytes));
  families.Gauge("firn_log_segments", "Log segments on disk",
                 static_cast<double>(stats.log_segments));
  families.Gauge("firn_hot_rows", "Rows in memory, not yet in the lake",
                 static_cast<double>(stats.hot_rows));
  families.Gauge("firn_hot_bytes", "Arrow bytes of these rows",
                 static_cast<double>(stats.hot_bytes));
  families.Gauge("firn_pinned_bytes", "Arrow bytes of rows in the lake that readers keep in memory",
                 static_cast<double>(stats.pinned_bytes));
  families.Gauge("firn_arrow_bytes", "Arrow memory in use: rows, encoding, the log",
                 static_cast<double>(stats.arrow_bytes));
  families.Gauge("firn_memory_limit_bytes", "What memory_limit says, or 60 % of what there is",
                 static_cast<double>(memory_limit_));
  families.Gauge("firn_writes_waiting", "Transactions that wait for memory",
                 static_cast<double>(stats.writes_waiting));
  families.Counter("firn_flush_rounds_total", "Flush rounds since start", stats.flush_rounds);
  families.Counter("firn_flush_failures_total", "Flush rounds in which a table failed",
                   stats.flush_failures);
  families.Counter("firn_engine_reopened_total", "Query engines opened again after a fatal error",
                   engine_.reopened());
  families.Gauge("firn_lsn_next", "LSN the next change will get",
                 static_cast<double>(lsn.next.value()));
  families.Gauge("firn_lsn_visible", "Highest LSN that statements see",
                 static_cast<double>(lsn.visible.value()));
  families.Gauge("firn_lsn_flushed", "Every row at or below is in the lake",
                 static_cast<double>(lsn.flushed.value()));
  families.Gauge("firn_lake_behind_seconds", "Age of the oldest row that is not in the lake",
                 stats.lake_behind_seconds);
  AddArchive(table::SecondCopyOf(database_).archive_state(), families);
  AddProcess(ReadProcessFigures(), families);
  return families.Serialize();
}

}  // namespace firn::server
