// A handler that passes bodies on, for tests: what its sink was given, how much it takes, and the answer when it is there.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "server/http/body_sink.h"
#include "server/http/later.h"
#include "server/http/live.h"
#include "server/http/message.h"

namespace postern::http::test {

struct Passed {
    std::string taken;
    std::size_t room = 1u << 20;
    bool ended = false, sink_gone = false;
    int pushed = 0;
    std::function<void(Response&)> answer;  // set: it is there,
    bool once = false;                      // for the first who asks

    std::string live;  // of a live answer, what has not been read yet
    bool live_ended = false, live_failed = false, live_gone = false;
};

class RecordingSink final : public BodySink {
public:
    explicit RecordingSink(std::shared_ptr<Passed> passed) : passed_(std::move(passed)) {}
    ~RecordingSink() override { passed_->sink_gone = true; }
    std::size_t room() const override { return passed_->room; }
    void take(std::string_view bytes) override {
        passed_->taken += bytes;
        passed_->room -= std::min(passed_->room, bytes.size());
    }
    void push() override { ++passed_->pushed; }
    void end() override { passed_->ended = true; }

private:
    std::shared_ptr<Passed> passed_;
};

class PassedLater final : public Later {
public:
    explicit PassedLater(std::shared_ptr<Passed> passed) : passed_(std::move(passed)) {}
    bool take(Response& into) override {
        if (!passed_->answer) return false;
        const auto answer = passed_->answer;
        if (std::exchange(passed_->once, false)) passed_->answer = nullptr;
        answer(into);
        return true;
    }
    bool keeps_time() const override { return true; }

private:
    std::shared_ptr<Passed> passed_;
};

class PassedLive final : public LiveSource {
public:
    explicit PassedLive(std::shared_ptr<Passed> passed) : passed_(std::move(passed)) {}
    ~PassedLive() override { passed_->live_gone = true; }
    std::size_t read(char* into, std::size_t room) override {
        const std::size_t size = passed_->live.copy(into, room);
        passed_->live.erase(0, size);
        return size;
    }
    bool ended() const override { return passed_->live_ended; }
    bool failed() const override { return passed_->live_failed; }
    bool keeps_time() const override { return true; }

private:
    std::shared_ptr<Passed> passed_;
};

// The handler is to be asked again when there is an `answer`.
inline Response look_first(const std::shared_ptr<Passed>& passed) {
    Response response;
    response.later = std::make_unique<PassedLater>(passed);
    response.again = true;
    response.fields.emplace_back("X-Said", "too early");
    return response;
}

inline Response promise(const std::shared_ptr<Passed>& passed, bool with_sink) {
    Response response;
    response.later = std::make_unique<PassedLater>(passed);
    if (with_sink) response.sink = std::make_unique<RecordingSink>(passed);
    response.fields.emplace_back("X-Said", "before");
    return response;
}

}  // namespace postern::http::test
