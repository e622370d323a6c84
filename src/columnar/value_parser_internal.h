// columnar: what the classes of parsers share.
#pragma once

#include <memory>

#include <arrow/array/builder_base.h>

#include "columnar/value_parser.h"

namespace firn::columnar {

[[gnu::cold]] Failure BuilderFailed(const arrow::Status& status);

inline Status FromArrow(const arrow::Status& status) {
  if (status.ok()) [[likely]]
    return {};
  return BuilderFailed(status);
}

/// Knows its builder's class; the rest is in the derived classes.
template <typename Builder>
class ParserInto : public ValueParser {
 public:
  explicit ParserInto(arrow::ArrayBuilder* builder) : builder_(static_cast<Builder&>(*builder)) {}
  Status AppendNull() override { return FromArrow(builder_.AppendNull()); }

 protected:
  Builder& builder_;
};

/// Of the types whose layout is text (and of a numeric without precision into its decimal).
std::unique_ptr<ValueParser> MakeTextParser(const Type& type, arrow::ArrayBuilder* builder,
                                            const TextStyle& style);
/// Of arrays, int2vector and oidvector.
std::unique_ptr<ValueParser> MakeListParser(const Type& type, arrow::ArrayBuilder* builder,
                                            const TextStyle& style);

}  // namespace firn::columnar
