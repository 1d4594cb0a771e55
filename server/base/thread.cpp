#include "server/base/thread.h"

#include <memory>

#include "server/base/last_words.h"

namespace postern {

namespace {

using Work = std::function<void()>;

void* run(void* given) {
    const std::unique_ptr<Work> work(static_cast<Work*>(given));
    (*work)();
    return nullptr;
}

}  // namespace

Result<Thread> Thread::start(Work work) {
    auto own = std::make_unique<Work>(std::move(work));
    pthread_t id{};
    if (const int refused = ::pthread_create(&id, nullptr, run, own.get()); refused != 0) return Error::system("no thread", refused);
    static_cast<void>(own.release());  // the thread's now
    Thread thread;
    thread.id_ = id;
    return thread;
}

Thread Thread::start_or_end(Work work) {
    auto thread = start(std::move(work));
    if (!thread) end_process(thread.error().text());
    return std::move(*thread);
}

Thread& Thread::operator=(Thread&& other) noexcept {
    if (this == &other) return *this;
    join();
    id_ = std::exchange(other.id_, std::nullopt);
    return *this;
}

void Thread::join() {
    if (id_) ::pthread_join(*std::exchange(id_, std::nullopt), nullptr);
}

void Thread::detach() {
    if (id_) ::pthread_detach(*std::exchange(id_, std::nullopt));
}

}  // namespace postern
