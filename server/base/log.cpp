#include "server/base/log.h"

#include <array>
#include <atomic>
#include <mutex>

#include "server/base/limits.h"
#include "server/base/line_ring.h"
#include "server/base/text.h"

namespace postern {

namespace {

constexpr std::array<std::string_view, 4> kLevelNames = {"error", "warn", "info", "debug"};
constexpr std::string_view kCut = "…";

bool plain(char c) {
    return c > ' ' && c <= '~' && c != '"' && c != '\\' && c != '=';
}

// One byte as it may stand between quotes: whatever the byte, the reader gets it back and no line ends early.
std::string escaped(char c) {
    if (c == '"' || c == '\\') return {'\\', c};
    if (c >= ' ' && c <= '~') return {c};
    return "\\x" + to_hex(std::string_view(&c, 1));
}

// Adds the value, whole escapes only, and stops before the line is longer than `most`.
void add_value(std::string& line, std::string_view value, std::size_t most) {
    bool quoted = value.empty();
    for (char c : value) quoted = quoted || !plain(c);
    if (quoted) line += '"';
    for (char c : value) {
        const std::string piece = quoted ? escaped(c) : std::string(1, c);
        if (line.size() + piece.size() > most) {
            line += kCut;
            break;
        }
        line += piece;
    }
    if (quoted) line += '"';
}

std::string make_line(WallTime when, LogLevel level, std::string_view name, std::initializer_list<LogField> fields) {
    // Room kept for the cut mark and the closing quote.
    constexpr std::size_t kMost = limits::kLogLine - kCut.size() - 1;
    std::string line = to_rfc3339(when.time_since_epoch().count());
    line += ' ';
    line += kLevelNames[static_cast<std::size_t>(level)];
    line += ' ';
    line += printable(name, 64);
    for (const LogField& field : fields) {
        const std::string number = field.is_number ? std::to_string(field.number) : std::string();
        if (line.size() + field.key.size() + number.size() + 3 > kMost) break;
        line += ' ';
        line += printable(field.key, 64);
        line += '=';
        add_value(line, field.is_number ? std::string_view(number) : field.text, kMost);
    }
    return line;
}

}  // namespace

struct Log::State {
    std::atomic<LogLevel> level;
    LineRing ring{limits::kLogRing};
    std::mutex mutex;  // of all below, and of writing into the ring; held while the sink writes, so that both have one order
    std::unique_ptr<LogSink> sink;
    std::function<void(std::string_view)> watcher;
};

Log::Log(const Clock& clock, std::unique_ptr<LogSink> sink, LogLevel level)
    : clock_(clock), state_(std::make_unique<State>()) {
    state_->level = level;
    state_->sink = std::move(sink);
}

Log::~Log() = default;

void Log::event(LogLevel level, std::string_view name, std::initializer_list<LogField> fields) {
    if (!enabled(level)) return;
    std::string line = make_line(clock_.wall(), level, name, fields);
    std::lock_guard<std::mutex> hold(state_->mutex);
    if (state_->sink) state_->sink->write_line(level, line);
    if (state_->watcher) state_->watcher(line);
    line += '\n';
    state_->ring.write(line);
}

bool Log::enabled(LogLevel level) const {
    return level <= state_->level.load(std::memory_order_relaxed);
}

void Log::set_level(LogLevel level) {
    state_->level.store(level, std::memory_order_relaxed);
}

void Log::set_sink(std::unique_ptr<LogSink> sink) {
    std::lock_guard<std::mutex> hold(state_->mutex);
    state_->sink.swap(sink);
}

void Log::set_watcher(std::function<void(std::string_view)> watcher) {
    std::lock_guard<std::mutex> hold(state_->mutex);
    state_->watcher = std::move(watcher);
}

std::vector<std::string> Log::recent(std::size_t most) const {
    return state_->ring.recent(most);
}

}  // namespace postern
