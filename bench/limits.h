// bench: what this machine allows, measured by the smallest programs that do the same work.
//
// Each prints one line of JSON and returns the exit code.
#ifndef FIRN_BENCH_LIMITS_H_
#define FIRN_BENCH_LIMITS_H_

#include <cstddef>
#include <string>
#include <vector>

namespace firn::bench {

/// Microseconds of a clock that only goes forward.
double Microseconds();

/// Ends the program, with errno's words.
[[noreturn]] void Die(const char* what);

/// The value that this share (0 to 1) of the times lies below; sorts them.
double Quantile(std::vector<double>& times, double share);

/// A file whose blocks are all written, so that an overwrite changes no metadata; closed and
/// removed at the end.
class PreparedFile {
 public:
  static constexpr size_t kBytes = size_t{16} << 20;

  /// O_DIRECT where it is wanted and the file system has it.
  PreparedFile(const std::string& folder, bool direct);
  ~PreparedFile();
  PreparedFile(const PreparedFile&) = delete;
  PreparedFile& operator=(const PreparedFile&) = delete;

  /// One durable overwrite at the next place that has room; `memory` is aligned to 4096, `bytes`
  /// a multiple of it.
  void Overwrite(const void* memory, size_t bytes);

 private:
  std::string path_;
  int fd_ = -1;
  size_t at_ = 0;
};

/// Records of 128 bytes, each durable before its thread goes on: whoever comes first writes for
/// all that wait. By O_DIRECT and by the page cache, half of the seconds each; the faster is told:
/// {"commits_per_s": …, "p50_us": …, "p99_us": …, "how": …}
int MeasureCommits(const std::string& folder, int threads, double seconds);

/// Speaks the Postgres protocol and knows nothing: a SELECT is answered with one row of one
/// column, anything else with "INSERT 0 1". Prints {"port": …} and serves until its standard
/// input ends.
int Respond();

/// One client's prepared statement, again and again: {"p50_us": …, "p99_us": …, "per_s": …}
int MeasureRoundTrips(const std::string& connection, double seconds, const std::string& sql);

/// Pairs of connections: one commits a row, the other then counts the rows of the pair's table
/// (bench_fresh_0 …, which are there). {"probes": …, "stale": …, "p50_us": …, "per_s": …}; a
/// probe is stale when it does not count exactly what was acknowledged before it began.
int MeasureFreshness(const std::string& connection, int pairs, size_t probes);

}  // namespace firn::bench

#endif  // FIRN_BENCH_LIMITS_H_
