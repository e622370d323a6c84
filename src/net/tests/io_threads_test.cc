#include "net/io_threads.h"

#include <gtest/gtest.h>

namespace firn::net {
namespace {

TEST(IoThreads, APlaceIsWhereTheFewestConnectionsAre) {
  IoThreads threads(3);
  std::vector<Seat> seats;
  std::vector<asio::io_context*> taken;
  for (int i = 0; i < 6; ++i) {
    const auto place = threads.Next();
    taken.push_back(&place.io);
    seats.emplace_back(place.connections);
  }
  for (const auto* io : taken) EXPECT_EQ(std::count(taken.begin(), taken.end(), io), 2);
  seats.erase(seats.begin() + 4);  // its client left
  EXPECT_EQ(&threads.Next().io, taken[4]);
  const Seat moved = std::move(seats[0]);
  seats.erase(seats.begin());
  EXPECT_EQ(&threads.Next().io, taken[4]);
  EXPECT_EQ(std::count(taken.begin(), taken.end(), &threads.Front().io), 0);
}

TEST(IoThreads, StopEndsThreadsThatWait) {
  IoThreads threads(2);
  threads.Start();
  threads.Stop();
  threads.Join();
}

}  // namespace
}  // namespace firn::net
