// A server of EchoSessions on a port, to try clients and to measure the protocol alone:
//   pgwire_echo [port]
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "net/pgwire/server.h"
#include "net/tests/echo_session.h"

int main(int argc, char** argv) {
  firn::net::IoThreads threads(std::thread::hardware_concurrency() + 1);
  firn::net::EchoFactory factory;
  const auto port = static_cast<uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0);
  auto server = firn::net::pgwire::PgServer::Listen(threads, {.port = port, .flag = "[port]"},
                                                    factory, {.max_connections = 1000});
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    return 1;
  }
  std::printf("psql -h 127.0.0.1 -p %d\n", (*server)->port());
  std::fflush(stdout);
  threads.Start();
  threads.Join();
}
