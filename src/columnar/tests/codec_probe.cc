// Reads lines "type<TAB>text" and answers each with "ok<TAB>text out<TAB>binary out in hex" or
// "error<TAB>SQLSTATE<TAB>message". In values \t, \n, \r and \\ are escaped. With "type<TAB>
// binary<TAB>hex" the value is read from its binary form. For tests/interop, which asks
// PostgreSQL the same.
#include <iostream>
#include <string>
#include <string_view>

#include <arrow/api.h>

#include "columnar/value_parser.h"
#include "columnar/value_writer.h"

namespace firn::columnar {
namespace {

std::string Unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out.push_back(text[i]);
      continue;
    }
    const char c = text[++i];
    out.push_back(c == 't' ? '\t' : c == 'n' ? '\n' : c == 'r' ? '\r' : c);
  }
  return out;
}

std::string Escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\t' || c == '\n' || c == '\r' || c == '\\') {
      out.push_back('\\');
      out.push_back(c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : c);
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string FromHex(std::string_view hex) {
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return out;
}

std::string Answer(std::string_view line) {
  const size_t tab = line.find('\t');
  if (tab == std::string_view::npos) return "error\tno tab";
  const auto type = ParsePostgresName(line.substr(0, tab));
  if (!type) return "error\t" + std::string(type.error().SqlState());
  auto value = line.substr(tab + 1);
  constexpr std::string_view kBinary = "binary\t";
  const bool binary = value.starts_with(kBinary);
  if (binary) value.remove_prefix(kBinary.size());
  auto builder = arrow::MakeBuilder(ArrowType(*type)).ValueOrDie();
  const auto parser = ValueParser::Make(*type, builder.get());
  const auto status =
      binary ? parser->AppendBinary(FromHex(value)) : parser->AppendText(Unescape(value));
  if (!status) {
    return fmt::format("error\t{}\t{}", status.error().SqlState(), Escape(status.error().message));
  }
  const auto array = builder->Finish().ValueOrDie();
  std::string text;
  std::string bytes;
  ValueWriter::MakeText(*type, *array)->Append(0, text);
  ValueWriter::MakeBinary(*type, *array)->Append(0, bytes);
  std::string hex;
  for (const char byte : bytes) hex += fmt::format("{:02x}", static_cast<uint8_t>(byte));
  return fmt::format("ok\t{}\t{}", Escape(text), hex);
}

}  // namespace
}  // namespace firn::columnar

int main() {
  std::ios::sync_with_stdio(false);
  std::string line;
  while (std::getline(std::cin, line)) std::cout << firn::columnar::Answer(line) << '\n';
  return 0;
}
