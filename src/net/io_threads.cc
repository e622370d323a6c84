#include "net/io_threads.h"

#include <algorithm>

namespace firn::net {

IoThreads::IoThreads(size_t count) {
  for (size_t i = 0; i < 1 + std::max<size_t>(count, 1); ++i) {
    workers_.push_back(std::make_unique<Worker>());
  }
}

IoThreads::~IoThreads() {
  Stop();
  Join();
}

void IoThreads::Start() {
  for (auto& worker : workers_) {
    worker->thread = std::thread([&io = worker->io] { io.run(); });
  }
}

void IoThreads::Stop() {
  for (auto& worker : workers_) worker->io.stop();
}

void IoThreads::Join() {
  for (auto& worker : workers_) {
    if (worker->thread.joinable()) worker->thread.join();
  }
}

IoThreads::Place IoThreads::Next() {
  const auto fewest = std::min_element(
      workers_.begin() + 1, workers_.end(),
      [](const auto& a, const auto& b) { return a->connections.load() < b->connections.load(); });
  return (*fewest)->AsPlace();
}

}  // namespace firn::net
