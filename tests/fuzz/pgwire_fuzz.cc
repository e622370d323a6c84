// What a stranger can send to the Postgres port before and after signing in, and what a client can
// send as a binary COPY: none of it may crash. libFuzzer's entry; the corpus beside it is replayed
// by net_test.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "columnar/copy_binary.h"
#include "net/pgwire/message.h"
#include "net/pgwire/scram.h"

namespace {

void FuzzCopy(std::string_view bytes) {
  using firn::columnar::TypeKind;
  std::vector<firn::columnar::Column> columns;
  for (const auto kind : {TypeKind::kInt4, TypeKind::kText, TypeKind::kNumeric}) {
    firn::columnar::Column column;
    column.name = "c";
    column.type.kind = kind;
    if (kind == TypeKind::kNumeric) column.type = firn::columnar::Numeric(38, 9);
    columns.push_back(column);
  }
  auto reader = firn::columnar::MakeBinaryCopyReader(std::move(columns), "t");
  if (!reader) return;
  // In two pieces, so that rows are cut as well.
  const auto half = bytes.size() / 2;
  if ((*reader)->Feed(bytes.substr(0, half)) && (*reader)->Feed(bytes.substr(half))) {
    (void)(*reader)->Finish();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  firn::net::pgwire::FuzzMessages(data, size);
  firn::net::pgwire::FuzzScram(data, size);
  FuzzCopy({reinterpret_cast<const char*>(data), size});
  return 0;
}
