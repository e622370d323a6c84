// The clients that people use, against the echo session: psql, pgbench, psycopg.
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "net/tests/server_fixture.h"

namespace firn::net {
namespace {

struct Ran {
  int code = -1;
  std::string output;
};

Ran Shell(const std::string& command) {
  Ran ran;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  char buffer[4096];
  size_t bytes = 0;
  while ((bytes = std::fread(buffer, 1, sizeof(buffer), pipe)) > 0) {
    ran.output.append(buffer, bytes);
  }
  ran.code = WEXITSTATUS(::pclose(pipe));
  return ran;
}

bool Missing(const std::string& program) {
  return Shell("command -v " + program).code != 0;
}

class RealClients : public PgWire {
 protected:
  std::string Psql(const std::string& arguments) const {
    return fmt::format("psql -X -At -h 127.0.0.1 -p {} -U ann main {}", port(), arguments);
  }
  std::string WriteScript(const std::string& name, const std::string& text) {
    auto path = ::testing::TempDir() + fmt::format("{}_{}", ::getpid(), name);
    std::ofstream(path) << text;
    scripts_.push_back(path);
    return path;
  }
  void TearDown() override {
    for (const auto& path : scripts_) std::remove(path.c_str());
    PgWire::TearDown();
  }

  std::vector<std::string> scripts_;
};

TEST_F(RealClients, PsqlReadsRowsErrorsAndCopies) {
  ASSERT_FALSE(Missing("psql")) << "tools/install-deps installs it";
  EXPECT_EQ(Shell(Psql("-c 'rows 3'")).output, "0|row 0\n1|row 1\n2|row 2\n");
  const auto failed = Shell(Psql("-c fail"));
  EXPECT_EQ(failed.code, 1);
  EXPECT_NE(failed.output.find("ERROR:  division by zero"), std::string::npos) << failed.output;
  EXPECT_NE(failed.output.find("HINT:  a hint"), std::string::npos) << failed.output;
  // psql wants to see what it is about to do in the text of the statement.
  EXPECT_EQ(Shell("printf '1\\ta\\n2\\tb\\n' | " + Psql("-c 'copy in from stdin'")).output,
            "COPY 8\n");
  EXPECT_EQ(Shell(Psql("-c 'copy out 2 to stdout'")).output, "line 0\nline 1\n");
  EXPECT_EQ(Shell(Psql("-c 'rows 100000' | wc -l")).output, "100000\n");
}

TEST_F(RealClients, PgbenchRunsInAllThreeModes) {
  ASSERT_FALSE(Missing("pgbench")) << "tools/install-deps installs it";
  const auto script = WriteScript("bench.sql", "\\set n random(1, 9)\nbegin;\nask :n;\ncommit;\n");
  for (const char* mode : {"simple", "extended", "prepared"}) {
    SCOPED_TRACE(mode);
    const auto ran =
        Shell(fmt::format("pgbench -n -M {} -f {} -c 4 -j 2 -t 100 -h 127.0.0.1 -p {} -U ann main",
                          mode, script, port()));
    EXPECT_EQ(ran.code, 0) << ran.output;
    EXPECT_NE(ran.output.find("actually processed: 400/400"), std::string::npos) << ran.output;
  }
}

TEST_F(RealClients, PsycopgPreparesPipelinesCopiesAndCancels) {
  const std::string python = FIRN_TEST_PYTHON;
  ASSERT_EQ(Shell(python + " -c 'import psycopg'").code, 0)
      << "no psycopg for " << python << ": tools/install-deps installs it";
  const auto script = WriteScript("client.py", R"py(
import sys, threading, psycopg
c = psycopg.connect(f"host=127.0.0.1 port={sys.argv[1]} user=ann dbname=main", autocommit=True)
for i in range(8):  # prepared after five
    assert c.execute("params", ()).fetchone()[0] == ""
    assert c.execute("with %t %t", (f"<{i}>", None)).fetchone()[0] == f"with $1 $2 t:<{i}> t:NULL"
assert c.execute("rows 10").fetchall()[9] == (9, "row 9")
assert c.cursor(binary=True).execute("rows 10").fetchall()[8] == (8, "row 8")
with c.pipeline():
    rows = [c.execute(f"rows {n}", ()) for n in range(1, 20)]
assert [r.rowcount for r in rows] == list(range(1, 20))
try:
    c.execute("fail")
    assert False
except psycopg.errors.DivisionByZero as e:
    assert e.diag.message_hint == "a hint" and e.diag.context == "a place"
cur = c.cursor()
with cur.copy("copy in") as copy:
    for i in range(10000):
        copy.write_row((i, "x" * 100))
assert cur.statusmessage.startswith("COPY 1")
with c.cursor() as cur, cur.copy("copy out 1000") as copy:
    assert sum(1 for _ in copy) == 1000
done = threading.Event()
def cancel_until_done():
    while not done.wait(0.01):
        c.cancel()
canceller = threading.Thread(target=cancel_until_done)
canceller.start()
try:
    c.execute("wait")
    assert False
except psycopg.errors.QueryCanceled:
    pass
done.set()
canceller.join()
assert c.execute("still here").fetchone() == ("still here",)
c.close()
print("fine")
)py");
  const auto ran = Shell(fmt::format("{} {} {}", python, script, port()));
  EXPECT_EQ(ran.output, "fine\n");
}

}  // namespace
}  // namespace firn::net
