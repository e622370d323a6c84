#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <libpq-fe.h>

#include "limits.h"

namespace firn::bench {
namespace {

// So often a pair's table is emptied: the probes are of what is new, not of how fast rows count.
constexpr size_t kTruncateProbes = 2000;

class Client {
 public:
  explicit Client(const std::string& address) : connection_(PQconnectdb(address.c_str())) {
    if (PQstatus(connection_) != CONNECTION_OK) Fail();
  }
  ~Client() { PQfinish(connection_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void Prepare(const std::string& sql) {
    Check(PQprepare(connection_, "one", sql.c_str(), 0, nullptr));
  }
  void Execute(const std::string& sql) { Check(PQexec(connection_, sql.c_str())); }
  /// The first value of the prepared statement's result; 0 when it has none.
  size_t Run() {
    auto* result = PQexecPrepared(connection_, "one", 0, nullptr, nullptr, nullptr, 0);
    const auto status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) Fail();
    const size_t value =
        PQntuples(result) > 0 ? std::strtoull(PQgetvalue(result, 0, 0), nullptr, 10) : 0;
    PQclear(result);
    return value;
  }

 private:
  void Check(PGresult* result) {
    if (PQresultStatus(result) != PGRES_COMMAND_OK) Fail();
    PQclear(result);
  }
  [[noreturn]] void Fail() {
    std::fprintf(stderr, "%s", PQerrorMessage(connection_));
    std::exit(1);
  }

  PGconn* connection_;
};

struct Pair {
  size_t stale = 0;
  std::vector<double> times;  // of the reads

  void Run(const std::string& address, const std::string& table, size_t probes) {
    Client writer(address);
    Client reader(address);
    writer.Prepare("INSERT INTO " + table + " VALUES (1)");
    reader.Prepare("SELECT count(*) FROM " + table);
    size_t rows = 0;
    for (size_t probe = 0; probe < probes; ++probe) {
      if (probe % kTruncateProbes == 0) {
        writer.Execute("TRUNCATE " + table);
        rows = 0;
      }
      writer.Run();
      ++rows;
      const double begun = Microseconds();
      if (reader.Run() != rows) ++stale;
      times.push_back(Microseconds() - begun);
    }
  }
};

}  // namespace

int MeasureRoundTrips(const std::string& connection, double seconds, const std::string& sql) {
  Client client(connection);
  client.Prepare(sql);
  for (int i = 0; i < 20; ++i) client.Run();
  std::vector<double> times;
  const double begin = Microseconds();
  double now = begin;
  while (now < begin + seconds * 1e6) {
    const double before = now;
    client.Run();
    now = Microseconds();
    times.push_back(now - before);
  }
  const double p50 = Quantile(times, 0.5);
  std::printf("{\"p50_us\": %.1f, \"p99_us\": %.1f, \"per_s\": %.1f}\n", p50, Quantile(times, 0.99),
              static_cast<double>(times.size()) / seconds);
  return 0;
}

int MeasureFreshness(const std::string& connection, int pairs, size_t probes) {
  std::vector<Pair> all(static_cast<size_t>(pairs));
  std::vector<std::thread> running;
  const double begin = Microseconds();
  for (size_t i = 0; i < all.size(); ++i) {
    running.emplace_back([&connection, &all, i, probes] {
      all[i].Run(connection, "bench_fresh_" + std::to_string(i), probes / all.size());
    });
  }
  for (auto& thread : running) thread.join();
  const double seconds = (Microseconds() - begin) / 1e6;
  size_t stale = 0;
  std::vector<double> times;
  for (auto& one : all) {
    stale += one.stale;
    times.insert(times.end(), one.times.begin(), one.times.end());
  }
  const auto probed = times.size();
  std::printf("{\"probes\": %zu, \"stale\": %zu, \"p50_us\": %.1f, \"per_s\": %.1f}\n", probed,
              stale, Quantile(times, 0.5), static_cast<double>(probed) / seconds);
  return 0;
}

}  // namespace firn::bench
