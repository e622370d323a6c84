// Reads lines "type<TAB>text" and answers each with "ok<TAB>text out<TAB>binary out in hex" or
// "error<TAB>SQLSTATE<TAB>message". In values \t, \n, \r and \\ are escaped. With "type<TAB>
// binary<TAB>hex" the value is read from its binary form. For tests/interop, which asks
// PostgreSQL the same.
//
// As `codec_probe copy` each line is a COPY as JSON: {"columns": [[name, type, not_null], …],
// "options": [[name, value, [column, …]], …], "to_options": …, "data": hex, "chunk": bytes}. The
// answer is {"rows": hex of the rows written with to_options} or {"state", "message", "where"}.
#include <iostream>
#include <string>
#include <string_view>

#include <arrow/api.h>
#include <nlohmann/json.hpp>

#include "columnar/copy_reader.h"
#include "columnar/copy_writer.h"
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

std::string ToHex(std::string_view bytes) {
  std::string hex;
  for (const char byte : bytes) hex += fmt::format("{:02x}", static_cast<uint8_t>(byte));
  return hex;
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
  return fmt::format("ok\t{}\t{}", Escape(text), ToHex(bytes));
}

Result<CopyOptions> OptionsFrom(const nlohmann::json& json, CopyDirection direction) {
  std::vector<CopyOption> options;
  for (const auto& one : json) {
    options.push_back({.name = one.at(0),
                       .value = one.at(1),
                       .columns = one.at(2).get<std::vector<std::string>>()});
  }
  return ReadCopyOptions(options, direction);
}

Result<std::string> RunCopy(const nlohmann::json& copy) {
  std::vector<Column> columns;
  std::vector<Field> fields;
  for (const auto& one : copy.at("columns")) {
    FIRN_TRY(const auto type, ParsePostgresName(one.at(1).get<std::string>()));
    columns.push_back({.name = one.at(0), .type = type, .not_null = one.at(2)});
    fields.push_back({one.at(0), type});
  }
  FIRN_TRY(auto options, OptionsFrom(copy.at("options"), CopyDirection::kFrom));
  FIRN_TRY(auto to_options, OptionsFrom(copy.at("to_options"), CopyDirection::kTo));
  FIRN_TRY(const auto writer, CopyWriter::Make(std::move(to_options), std::move(fields)));
  FIRN_TRY(const auto reader, CopyReader::Make(std::move(options), std::move(columns), "t"));
  const auto data = FromHex(copy.at("data").get<std::string>());
  const size_t chunk = copy.at("chunk");
  std::string out;
  writer.AppendHeader(out);
  const auto take = [&]() -> Status {
    FIRN_TRY(const auto batch, reader->Take());
    writer.AppendRows(*batch, 0, batch->num_rows(), out);
    return {};
  };
  for (size_t at = 0; at < data.size(); at += chunk) {
    FIRN_RETURN_IF_ERROR(reader->Feed(std::string_view(data).substr(at, chunk)));
    if (reader->pending_rows() > 2) FIRN_RETURN_IF_ERROR(take());
  }
  FIRN_RETURN_IF_ERROR(reader->Finish());
  FIRN_RETURN_IF_ERROR(take());
  return out;
}

std::string AnswerCopy(std::string_view line) {
  const auto out = RunCopy(nlohmann::json::parse(line));
  nlohmann::json answer;
  if (out) {
    answer["rows"] = ToHex(*out);
  } else {
    answer = {{"state", out.error().SqlState()},
              {"message", out.error().message},
              {"where", out.error().where}};
  }
  return answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace
}  // namespace firn::columnar

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  const bool copy = argc > 1 && std::string_view(argv[1]) == "copy";
  std::string line;
  while (std::getline(std::cin, line)) {
    std::cout << (copy ? firn::columnar::AnswerCopy(line) : firn::columnar::Answer(line)) << '\n';
  }
  return 0;
}
