// A database on real files, an engine, and sessions whose answers are text.
#pragma once

#include <atomic>
#include <deque>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "columnar/value_writer.h"
#include "sql/sql_service.h"

namespace firn::sql {

/// Everything a session said: rows as "1|a", tags in order.
class RecordingOutput final : public Output {
 public:
  std::vector<std::string> rows, tags, notices, columns;
  std::vector<std::pair<std::string, std::string>> reports;
  std::deque<std::string> copy_in;
  bool copy_in_is_endless = false;  // the last chunk comes again and again
  std::string copy_chunk;           // that was handed on last
  std::string copy_out;
  int suspended = 0;
  int empty = 0;

  Task<Status> Describe(const std::vector<columnar::Field>& fields, Format /*format*/) override {
    columns.clear();
    for (const auto& field : fields) {
      columns.push_back(field.name + " " + columnar::PostgresName(field.type));
    }
    co_return Status();
  }
  std::shared_ptr<const columnar::TextStyle> style = std::make_shared<columnar::TextStyle>();
  void UseStyle(std::shared_ptr<const columnar::TextStyle> chosen) override {
    style = std::move(chosen);
  }
  Task<Status> Rows(const std::vector<columnar::Field>& fields,
                    std::shared_ptr<arrow::RecordBatch> batch) override {
    for (int64_t row = 0; row < batch->num_rows(); ++row) {
      std::string text;
      for (size_t i = 0; i < fields.size(); ++i) {
        const auto writer = columnar::ValueWriter::MakeText(
            fields[i].type, *batch->column(static_cast<int>(i)), *style);
        if (i > 0) text += "|";
        if (writer->IsNull(row)) {
          text += "null";
        } else {
          writer->Append(row, text);
        }
      }
      rows.push_back(std::move(text));
    }
    co_return Status();
  }
  Task<Status> Complete(std::string tag) override {
    tags.push_back(std::move(tag));
    co_return Status();
  }
  Task<Status> EmptyQuery() override {
    ++empty;
    co_return Status();
  }
  Task<Status> Suspended() override {
    ++suspended;
    co_return Status();
  }
  Task<Status> Notice(Error notice) override {
    notices.push_back(notice.sqlstate + " " + notice.message);
    co_return Status();
  }
  Task<Status> ParameterStatus(std::string name, std::string value) override {
    reports.emplace_back(std::move(name), std::move(value));
    co_return Status();
  }
  Task<Status> BeginCopyIn(Format /*format*/, size_t /*columns*/) override { co_return Status(); }
  Task<Result<std::optional<std::string_view>>> ReadCopyData() override {
    if (copy_in.empty()) co_return std::optional<std::string_view>();
    copy_chunk = copy_in.front();
    if (copy_in.size() > 1 || !copy_in_is_endless) copy_in.pop_front();
    if (copy_chunk == "gone") co_return Fail(ErrorCode::kIo, "the client is gone");
    co_return std::optional<std::string_view>(copy_chunk);
  }
  Task<Status> BeginCopyOut(Format /*format*/, size_t /*columns*/) override { co_return Status(); }
  Task<Status> CopyOutData(std::string data) override {
    copy_out += data;
    co_return Status();
  }
  Task<Status> EndCopyOut() override { co_return Status(); }
};

class SessionTest : public testing::Test {
 protected:
  explicit SessionTest(const std::string& transaction_memory = "64MB") {
    static std::atomic<int> count{0};
    dir_ = (std::filesystem::temp_directory_path() /
            fmt::format("firn_sql_test_{}_{}", ::getpid(), count.fetch_add(1)))
               .string();
    std::filesystem::create_directories(dir_);
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
             {"log_prepare_bytes", "1MB"},
             {"segment_bytes_max", "16MB"},
             {"transaction_memory", transaction_memory}}) {
      EXPECT_TRUE(settings_.Set(name, value, SettingOrigin::kFlag));
    }
    auto database = table::Database::Open({.data_dir = dir_, .settings = settings_});
    EXPECT_TRUE(database) << database.error().message;
    database_ = *std::move(database);
    engine::EngineOptions options;
    options.temp_dir = dir_ + "/tmp";
    options.allowed_directories = {database_->warehouse_dir()};
    options.threads = 2;
    auto engine = engine::Engine::Open(options);
    EXPECT_TRUE(engine) << engine.error().message;
    engine_ = *std::move(engine);
    auto service = SqlService::Make(*database_, *engine_, settings_,
                                    {.transactions = int64_t{1} << 30}, "0.0-test");
    EXPECT_TRUE(service) << service.error().message;
    service_ = *std::move(service);
    thread_ = std::thread([this] { io_.run(); });
    session_ = NewSession();
  }
  ~SessionTest() override {
    session_.reset();
    service_.reset();
    work_.reset();
    thread_.join();
    EXPECT_TRUE(database_->Stop());
    database_.reset();
    std::filesystem::remove_all(dir_);
  }

  template <typename T>
  T Wait(Task<T> task) {
    return asio::co_spawn(io_, std::move(task), asio::use_future).get();
  }

  std::unique_ptr<Session> NewSession() {
    auto session = Wait(service_->Open({.user = "firn",
                                        .database = "main",
                                        .options = {},
                                        .client_address = "test",
                                        .process_id = ++pid_}));
    EXPECT_TRUE(session) << session.error().message;
    return *std::move(session);
  }

  /// Runs a simple query; the error's SQLSTATE and message, or nothing.
  std::string Run(const std::string& sql) { return Run(*session_, sql); }
  std::string Run(Session& session, const std::string& sql) {
    out_ = RecordingOutput();
    out_.copy_in = std::exchange(copy_in_, {});
    out_.copy_in_is_endless = std::exchange(copy_in_is_endless_, false);
    auto status = Wait(session.SimpleQuery(sql, out_));
    return Remember(status);
  }
  std::string Remember(const Status& status) {
    if (status) return "";
    error_ = status.error();
    return std::string(error_.SqlState()) + " " + error_.message;
  }

  /// The rows of a query that must succeed, one per line.
  std::string Rows(const std::string& sql) { return Rows(*session_, sql); }
  std::string Rows(Session& session, const std::string& sql) {
    const auto failed = Run(session, sql);
    if (!failed.empty()) return "ERROR " + failed;
    std::string text;
    for (const auto& row : out_.rows) text += (text.empty() ? "" : "\n") + row;
    return text;
  }
  std::string Tag(const std::string& sql) {
    const auto failed = Run(sql);
    if (!failed.empty()) return "ERROR " + failed;
    return out_.tags.empty() ? "" : out_.tags.back();
  }

  /// Data files in the warehouse.
  int DataFiles() const {
    int files = 0;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(database_->warehouse_dir())) {
      if (entry.path().extension() == ".parquet") ++files;
    }
    return files;
  }

  std::string dir_;
  Settings settings_;
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  std::unique_ptr<table::Database> database_;
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<SqlService> service_;
  std::thread thread_;
  std::unique_ptr<Session> session_;
  int32_t pid_ = 0;

  RecordingOutput out_;
  std::deque<std::string> copy_in_;
  bool copy_in_is_endless_ = false;
  Error error_;
};

}  // namespace firn::sql
