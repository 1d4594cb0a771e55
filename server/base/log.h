// The log: one event a line, "TIME LEVEL event key=value ...", to a sink and to a ring in RAM for the admin page.
// Values are escaped, so that nothing from outside can forge a line. Thread-safe; never used for secrets.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/clock.h"
#include "server/base/log_file.h"
#include "server/base/result.h"

namespace postern {

enum class LogLevel : unsigned char { kError, kWarn, kInfo, kDebug };

// One key=value. Numbers and text; text is quoted where it holds spaces or quotes.
struct LogField {
    LogField(std::string_view k, std::string_view value) : key(k), text(value) {}
    LogField(std::string_view k, const char* value) : key(k), text(value) {}
    LogField(std::string_view k, const std::string& value) : key(k), text(value) {}
    LogField(std::string_view k, long long value) : key(k), number(value), is_number(true) {}
    LogField(std::string_view k, int value) : LogField(k, static_cast<long long>(value)) {}
    LogField(std::string_view k, long value) : LogField(k, static_cast<long long>(value)) {}
    LogField(std::string_view k, unsigned value) : LogField(k, static_cast<long long>(value)) {}
    LogField(std::string_view k, unsigned long value) : LogField(k, static_cast<long long>(value)) {}

    std::string_view key;
    std::string_view text;
    long long number = 0;
    bool is_number = false;
};

// Where lines go. Implementations: standard error, a file (reopened on reload), syslog(3)'s socket.
class LogSink {
public:
    virtual ~LogSink() = default;
    virtual void write_line(LogLevel level, std::string_view line) = 0;  // without newline; must not throw
};

class Log {
public:
    Log(const Clock& clock, std::unique_ptr<LogSink> sink, LogLevel level);
    ~Log();

    void event(LogLevel level, std::string_view name, std::initializer_list<LogField> fields = {});
    void error(std::string_view name, std::initializer_list<LogField> f = {}) { event(LogLevel::kError, name, f); }
    void warn(std::string_view name, std::initializer_list<LogField> f = {}) { event(LogLevel::kWarn, name, f); }
    void info(std::string_view name, std::initializer_list<LogField> f = {}) { event(LogLevel::kInfo, name, f); }
    void debug(std::string_view name, std::initializer_list<LogField> f = {}) { event(LogLevel::kDebug, name, f); }

    bool enabled(LogLevel level) const;
    void set_level(LogLevel level);
    void set_sink(std::unique_ptr<LogSink> sink);
    // Told each line besides, on the thread that logs it, while others wait to log: it must be quick and may not log. Null: nobody.
    void set_watcher(std::function<void(std::string_view line)> watcher);
    std::vector<std::string> recent(std::size_t most) const;  // newest last; of those in the latest kLogRing bytes

private:
    struct State;
    const Clock& clock_;
    std::unique_ptr<State> state_;
};

// None of these blocks or ends the process: a line that cannot go at once (full disk, full pipe, reader gone) is lost,
// and "log.lost lines=N" says so when lines go through again. The process is to ignore SIGPIPE.
std::unique_ptr<LogSink> stderr_sink();
Result<std::unique_ptr<LogSink>> file_sink(const std::string& path, std::optional<FileOwner> owner = {});  // appends, 0640
// A datagram a line; connects again after the daemon was restarted.
std::unique_ptr<LogSink> syslog_sink(const std::string& socket_path = "/dev/log");

}  // namespace postern
