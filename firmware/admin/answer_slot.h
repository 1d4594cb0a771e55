// An answer that another thread finds out: it puts it in, the loop that serves the request takes it out (http::Later).
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "server/http/later.h"
#include "server/http/message.h"

namespace postern::admin {

class AnswerSlot {
public:
    // What the handler returns; the slot is for who finds the answer out, and may outlive it: then nobody waits any more.
    static std::shared_ptr<AnswerSlot> make(const http::Waker& waker, http::Response& response);

    void put(http::Response answer);  // any thread; the first one counts

private:
    class Awaited;
    std::mutex mutex_;
    const http::Waker* waker_ = nullptr;  // null: nobody waits
    std::optional<http::Response> answer_;
};

}  // namespace postern::admin
