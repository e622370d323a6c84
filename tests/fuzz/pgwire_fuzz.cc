// What a stranger can send to the Postgres port before and after signing in, and what a client can
// send as a binary COPY: none of it may crash. The corpus is replayed by net_test.
#include <string_view>

#include "columnar/copy_binary.h"
#include "net/pgwire/message.h"
#include "net/pgwire/scram.h"
#include "tests/fuzz/bodies.h"

namespace firn {
namespace {

void FuzzCopy(std::string_view bytes) {
  using columnar::TypeKind;
  std::vector<columnar::Column> columns;
  for (const auto kind : {TypeKind::kInt4, TypeKind::kText, TypeKind::kNumeric}) {
    columnar::Column column;
    column.name = "c";
    column.type.kind = kind;
    if (kind == TypeKind::kNumeric) column.type = columnar::Numeric(38, 9);
    columns.push_back(column);
  }
  auto reader = columnar::MakeBinaryCopyReader({}, std::move(columns), "t");
  if (!reader) return;
  // In two pieces, so that rows are cut as well.
  const auto half = bytes.size() / 2;
  if ((*reader)->Feed(bytes.substr(0, half)) && (*reader)->Feed(bytes.substr(half))) {
    (void)(*reader)->Finish();
  }
}

}  // namespace

void FuzzPgwire(const uint8_t* data, size_t size) {
  net::pgwire::FuzzMessages(data, size);
  net::pgwire::FuzzScram(data, size);
  FuzzCopy({reinterpret_cast<const char*>(data), size});
}

}  // namespace firn
