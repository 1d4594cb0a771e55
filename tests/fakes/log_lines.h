// Log lines kept for a test to read. The lines outlive the Log that owns the sink:
//   LogLines lines;  Log log(clock, lines.sink(), LogLevel::kDebug);
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/base/log.h"

namespace postern::fakes {

class LogLines {
public:
    std::unique_ptr<LogSink> sink() const { return std::make_unique<CollectingSink>(kept_); }

    std::vector<std::string> all() const {
        std::lock_guard<std::mutex> hold(kept_->mutex);
        return kept_->lines;
    }

    std::size_t count(std::string_view piece) const {
        std::size_t found = 0;
        for (const std::string& line : all()) found += line.find(piece) != std::string::npos ? 1 : 0;
        return found;
    }
    bool contain(std::string_view piece) const { return count(piece) > 0; }

private:
    struct Kept {
        std::mutex mutex;
        std::vector<std::string> lines;
    };

    class CollectingSink final : public LogSink {
    public:
        explicit CollectingSink(std::shared_ptr<Kept> kept) : kept_(std::move(kept)) {}
        void write_line(LogLevel, std::string_view line) override {
            std::lock_guard<std::mutex> hold(kept_->mutex);
            kept_->lines.emplace_back(line);
        }

    private:
        std::shared_ptr<Kept> kept_;
    };

    std::shared_ptr<Kept> kept_ = std::make_shared<Kept>();
};

}  // namespace postern::fakes
