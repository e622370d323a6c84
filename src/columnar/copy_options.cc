#include "columnar/copy_options.h"

#include <set>

#include "columnar/value_text_internal.h"

namespace firn::columnar {
namespace {

Failure BadOption(std::string_view sqlstate, std::string_view message) {
  const auto code = sqlstate == "0A000" ? ErrorCode::kUnsupported : ErrorCode::kInvalidInput;
  return Fail(MakeError(code, "{}", message).WithSqlState(sqlstate));
}

bool IsWord(std::string_view text, std::string_view word) {
  return text.size() == word.size() && BeginsWithWord(text, word);
}

// Options as text, before the format says what is allowed.
struct Given {
  CopyOptions::Format format = CopyOptions::Format::kText;
  const std::string* delimiter = nullptr;
  const std::string* null_text = nullptr;
  const std::string* quote = nullptr;
  const std::string* escape = nullptr;
  const CopyOption* force_quote = nullptr;
  const CopyOption* force_not_null = nullptr;
  const CopyOption* force_null = nullptr;
  bool header = false;
  bool header_match = false;
};

Status ReadFormat(const std::string& value, Given* given) {
  if (value == "text") return {};
  if (value == "binary") {
    given->format = CopyOptions::Format::kBinary;
    return {};
  }
  if (value != "csv") {
    return BadOption("22023", fmt::format("COPY format \"{}\" not recognized", value));
  }
  given->format = CopyOptions::Format::kCsv;
  return {};
}

Status ReadBool(std::string_view value, bool* out) {
  const bool yes = value.empty() || value == "1" || IsWord(value, "true") || IsWord(value, "on");
  if (!yes && value != "0" && !IsWord(value, "false") && !IsWord(value, "off")) {
    return BadOption("42601", "");
  }
  *out = yes;
  return {};
}

Status ReadHeader(const std::string& value, CopyDirection direction, Given* given) {
  if (IsWord(value, "match")) {
    if (direction == CopyDirection::kTo) {
      return BadOption("0A000", "cannot use \"match\" with HEADER in COPY TO");
    }
    given->header = given->header_match = true;
    return {};
  }
  if (!ReadBool(value, &given->header)) {
    return BadOption("42601", "header requires a Boolean value or \"match\"");
  }
  return {};
}

Status ReadEncoding(std::string_view value) {
  std::string plain;
  for (const char c : value) {
    if (IsLetter(c) || IsDigit(c)) plain.push_back(ToLower(c));
  }
  if (plain == "utf8" || plain == "unicode") return {};
  return Fail(MakeError(ErrorCode::kUnsupported, "COPY encoding \"{}\" is not supported", value)
                  .WithHint("Convert the data to UTF8."));
}

Status ReadOne(const CopyOption& option, CopyDirection direction, Given* given) {
  if (option.name == "format") return ReadFormat(option.value, given);
  if (option.name == "header") return ReadHeader(option.value, direction, given);
  if (option.name == "encoding") return ReadEncoding(option.value);
  if (option.name == "freeze") {
    bool ignored = false;
    if (!ReadBool(option.value, &ignored)) {
      return BadOption("42601", "freeze requires a Boolean value");
    }
  } else if (option.name == "delimiter") {
    given->delimiter = &option.value;
  } else if (option.name == "null") {
    given->null_text = &option.value;
  } else if (option.name == "quote") {
    given->quote = &option.value;
  } else if (option.name == "escape") {
    given->escape = &option.value;
  } else if (option.name == "force_quote") {
    given->force_quote = &option;
  } else if (option.name == "force_not_null") {
    given->force_not_null = &option;
  } else if (option.name == "force_null") {
    given->force_null = &option;
  } else {
    return BadOption("42601", fmt::format("option \"{}\" not recognized", option.name));
  }
  return {};
}

Status ReadByte(const std::string* value, std::string_view what, char* out) {
  if (value == nullptr) return {};
  if (value->size() != 1) {
    return BadOption("0A000", fmt::format("COPY {} must be a single one-byte character", what));
  }
  *out = value->front();
  return {};
}

Status CheckOnlyCsv(bool given, bool csv, std::string_view what) {
  if (!given || csv) return {};
  return BadOption("0A000", fmt::format("COPY {} available only in CSV mode", what));
}

// Rules between options, in PostgreSQL's order.
Status Check(const CopyOptions& options) {
  const auto has_newline = [](std::string_view text) {
    return text.find_first_of("\r\n") != std::string_view::npos;
  };
  const bool csv = options.format == CopyOptions::Format::kCsv;
  if (has_newline({&options.delimiter, 1})) {
    return BadOption("22023", "COPY delimiter cannot be newline or carriage return");
  }
  if (has_newline(options.null_text)) {
    return BadOption("22023", "COPY null representation cannot use newline or carriage return");
  }
  constexpr std::string_view kNeverDelimiters = "\\.abcdefghijklmnopqrstuvwxyz0123456789";
  if (!csv && kNeverDelimiters.find(options.delimiter) != std::string_view::npos) {
    return BadOption("22023", fmt::format("COPY delimiter cannot be \"{}\"", options.delimiter));
  }
  if (csv && options.delimiter == options.quote) {
    return BadOption("22023", "COPY delimiter and quote must be different");
  }
  return {};
}

Status CheckNullText(const CopyOptions& options) {
  if (options.null_text.find(options.delimiter) != std::string::npos) {
    return BadOption("0A000", "COPY delimiter must not appear in the NULL specification");
  }
  if (options.format == CopyOptions::Format::kCsv &&
      options.null_text.find(options.quote) != std::string::npos) {
    return BadOption("0A000", "CSV quote character must not appear in the NULL specification");
  }
  return {};
}

Status ReadForced(const Given& given, CopyDirection direction, CopyOptions* options) {
  const bool csv = options->format == CopyOptions::Format::kCsv;
  const bool from = direction == CopyDirection::kFrom;
  FIRN_RETURN_IF_ERROR(CheckOnlyCsv(given.force_quote != nullptr, csv, "force quote"));
  if (given.force_quote != nullptr) {
    if (from) return BadOption("0A000", "COPY force quote only available using COPY TO");
    options->force_quote_all = given.force_quote->value == "*";
    options->force_quote = given.force_quote->columns;
  }
  FIRN_RETURN_IF_ERROR(CheckOnlyCsv(given.force_not_null != nullptr, csv, "force not null"));
  if (given.force_not_null != nullptr) {
    if (!from) return BadOption("0A000", "COPY force not null only available using COPY FROM");
    options->force_not_null = given.force_not_null->columns;
  }
  FIRN_RETURN_IF_ERROR(CheckOnlyCsv(given.force_null != nullptr, csv, "force null"));
  if (given.force_null != nullptr) {
    if (!from) return BadOption("0A000", "COPY force null only available using COPY FROM");
    options->force_null = given.force_null->columns;
  }
  return {};
}

}  // namespace

namespace {

Status CheckBinary(const Given& given) {
  if (given.format != CopyOptions::Format::kBinary) return {};
  if (given.delimiter != nullptr) {
    return BadOption("42601", "cannot specify DELIMITER in BINARY mode");
  }
  if (given.null_text != nullptr) return BadOption("42601", "cannot specify NULL in BINARY mode");
  if (given.header) return BadOption("0A000", "cannot specify HEADER in BINARY mode");
  return {};
}

}  // namespace

Result<CopyOptions> ReadCopyOptions(std::span<const CopyOption> options, CopyDirection direction) {
  Given given;
  std::set<std::string_view> seen;
  for (const auto& option : options) {
    if (!seen.insert(option.name).second) {
      return BadOption("42601", "conflicting or redundant options");
    }
    FIRN_RETURN_IF_ERROR(ReadOne(option, direction, &given));
  }
  const bool csv = given.format == CopyOptions::Format::kCsv;
  FIRN_RETURN_IF_ERROR(CheckBinary(given));
  CopyOptions read = csv ? CopyOptions::Csv() : CopyOptions{};
  read.format = given.format;
  read.header = given.header;
  read.header_match = given.header_match;
  if (given.null_text != nullptr) read.null_text = *given.null_text;
  FIRN_RETURN_IF_ERROR(ReadByte(given.delimiter, "delimiter", &read.delimiter));
  FIRN_RETURN_IF_ERROR(CheckOnlyCsv(given.quote != nullptr, csv, "quote"));
  FIRN_RETURN_IF_ERROR(ReadByte(given.quote, "quote", &read.quote));
  FIRN_RETURN_IF_ERROR(CheckOnlyCsv(given.escape != nullptr, csv, "escape"));
  read.escape = read.quote;
  FIRN_RETURN_IF_ERROR(ReadByte(given.escape, "escape", &read.escape));
  FIRN_RETURN_IF_ERROR(Check(read));
  FIRN_RETURN_IF_ERROR(ReadForced(given, direction, &read));
  FIRN_RETURN_IF_ERROR(CheckNullText(read));
  return read;
}

Error RowTooLong(int64_t row_bytes_max) {
  return MakeError(ErrorCode::kInvalidInput, "the row is too long: most={} bytes", row_bytes_max)
      .WithSqlState("54000")
      .WithHint("How long a row may be follows from memory_limit; 1 GB is the most.");
}

}  // namespace firn::columnar
