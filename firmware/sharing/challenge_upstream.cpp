#include "firmware/sharing/challenge_upstream.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <vector>

#include "firmware/sharing/upstream_exchange.h"
#include "server/base/text.h"
#include "server/base/thread.h"
#include "server/site/challenge.h"

namespace postern {

namespace {

constexpr Seconds kSaidAgain(60);  // a trouble that lasts is logged so often

// Those who wait for one token, and what was found. Everything under Impl's mutex.
struct Search {
    TokenQuestion question;
    SteadyTime until{};
    bool done = false;
    std::optional<std::string> answer;
    std::vector<const http::Waker*> waiting;  // each as often as connections of its loop wait
};

struct Answer {
    std::string key_authorization;
    SteadyTime until;
};

std::string own_mark(Random& random) {
    std::array<unsigned char, 8> raw{};
    random.fill(raw);
    return "postern-" + to_hex({reinterpret_cast<const char*>(raw.data()), raw.size()});
}

}  // namespace

struct ChallengeUpstream::Impl {
    Impl(const Clock& clock_used, Random& random, Log& log_used, UpstreamLimits bounds)
        : clock(clock_used), log(log_used), limits(bounds), mark(own_mark(random)) {}

    class Wait;
    void work();
    void find_out(const std::shared_ptr<Search>& search);
    void end(Search& search);
    void remember(const std::string& token, const std::string& answer);
    void note(const config::Upstream& asked, const std::string& why);
    void begin_thread();

    const Clock& clock;
    Log& log;
    const UpstreamLimits limits;
    const std::string mark;  // of this process among those that pass questions on
    Cancel cancel;

    mutable std::mutex mutex;  // of all below
    std::condition_variable more;
    config::Upstream upstream;
    std::map<std::string, std::shared_ptr<Search>, std::less<>> searches;  // queued or under way
    std::deque<std::shared_ptr<Search>> queue;
    std::map<std::string, Answer, std::less<>> answers;
    std::vector<Thread> threads;
    std::size_t idle = 0;
    bool stopped = false;
    std::string trouble;
    std::optional<SteadyTime> said_at;
};

// One connection that waits.
class ChallengeUpstream::Impl::Wait final : public http::Later {
public:
    Wait(Impl& owner, std::shared_ptr<Search> search, const http::Waker* waker) : owner_(owner), search_(std::move(search)), waker_(waker) {}
    ~Wait() override {
        std::lock_guard<std::mutex> hold(owner_.mutex);
        auto& waiting = search_->waiting;
        if (const auto mine = std::find(waiting.begin(), waiting.end(), waker_); mine != waiting.end()) waiting.erase(mine);
    }
    bool take(http::Response& into) override {
        std::lock_guard<std::mutex> hold(owner_.mutex);
        if (!search_->done) return false;
        into = site::challenge_answer(search_->answer);
        return true;
    }

private:
    Impl& owner_;
    const std::shared_ptr<Search> search_;
    const http::Waker* const waker_;
};

void ChallengeUpstream::Impl::remember(const std::string& token, const std::string& answer) {
    const SteadyTime now = clock.steady();
    std::erase_if(answers, [&](const auto& entry) { return entry.second.until <= now; });
    if (answers.size() >= limits.answers)
        answers.erase(std::min_element(answers.begin(), answers.end(), [](const auto& a, const auto& b) { return a.second.until < b.second.until; }));
    answers[token] = {answer, now + limits.remembered};
}

// Under the mutex.
void ChallengeUpstream::Impl::note(const config::Upstream& asked, const std::string& why) {
    trouble = why.empty() ? "" : "challenge_upstream " + asked.text() + " could not be asked for a token: " + why;
    if (why.empty() || (said_at && clock.steady() - *said_at < kSaidAgain)) return;
    said_at = clock.steady();
    log.warn("challenge_upstream", {{"asked", asked.text()}, {"why", why}});
}

void ChallengeUpstream::Impl::find_out(const std::shared_ptr<Search>& search) {
    const SteadyTime now = clock.steady();
    config::Upstream asked;
    {
        std::lock_guard<std::mutex> hold(mutex);
        asked = upstream;
    }
    Result<std::optional<std::string>> found =
        asked.host.empty() || now >= search->until
            ? std::optional<std::string>()
            : ask_upstream(asked, search->question, limits.reply, {std::min(now + limits.exchange, search->until), clock, cancel});
    std::lock_guard<std::mutex> hold(mutex);
    if (!stopped && now < search->until) note(asked, found.ok() ? "" : found.error().text());
    if (found.ok()) search->answer = std::move(*found);
    if (search->answer && asked == upstream) remember(search->question.token, *search->answer);
}

// Under the mutex.
void ChallengeUpstream::Impl::end(Search& search) {
    search.done = true;
    searches.erase(search.question.token);
    for (const http::Waker* waker : search.waiting) waker->wake();
}

void ChallengeUpstream::Impl::work() {
    for (;;) {
        std::shared_ptr<Search> search;
        {
            std::unique_lock<std::mutex> hold(mutex);
            ++idle;
            more.wait(hold, [&] { return stopped || !queue.empty(); });
            --idle;
            if (stopped) return;
            search = std::move(queue.front());
            queue.pop_front();
        }
        find_out(search);
        std::lock_guard<std::mutex> hold(mutex);
        end(*search);
    }
}

// Under the mutex. Without a thread a question waits for those that there are; without any, nobody would ever ask.
void ChallengeUpstream::Impl::begin_thread() {
    if (auto thread = Thread::start([this] { work(); })) threads.push_back(std::move(*thread));
    else log.warn("challenge_upstream", {{"why", thread.error().text()}});
}

ChallengeUpstream::ChallengeUpstream(const Clock& clock, Random& random, Log& log, UpstreamLimits limits)
    : impl_(std::make_unique<Impl>(clock, random, log, limits)) {}

ChallengeUpstream::~ChallengeUpstream() { stop(); }

void ChallengeUpstream::set(config::Upstream upstream) {
    std::lock_guard<std::mutex> hold(impl_->mutex);
    if (impl_->upstream == upstream) return;
    impl_->upstream = std::move(upstream);
    impl_->answers.clear();
    impl_->trouble.clear();
    impl_->said_at.reset();
}

void ChallengeUpstream::stop() {
    {
        std::lock_guard<std::mutex> hold(impl_->mutex);
        impl_->stopped = true;
        for (const auto& search : impl_->queue) impl_->end(*search);
        impl_->queue.clear();
    }
    impl_->cancel.now();
    impl_->more.notify_all();
    for (Thread& thread : impl_->threads) thread.join();
}

std::optional<std::string> ChallengeUpstream::remembered(std::string_view token) const {
    std::lock_guard<std::mutex> hold(impl_->mutex);
    const auto found = impl_->answers.find(token);
    if (found == impl_->answers.end() || found->second.until <= impl_->clock.steady()) return std::nullopt;
    return found->second.key_authorization;
}

std::unique_ptr<http::Later> ChallengeUpstream::ask(std::string_view token, const http::Request& request, const http::Context& context) {
    if (context.waker == nullptr) return nullptr;
    std::vector<std::string_view> came;
    for (const http::FieldView& field : request.fields)
        if (equal_no_case(field.name, "CDN-Loop")) came.push_back(field.value);
    Impl& impl = *impl_;
    const auto loop = next_loop(came, impl.mark, impl.limits.hops);
    if (!loop) return nullptr;
    std::lock_guard<std::mutex> hold(impl.mutex);
    if (impl.stopped || impl.upstream.host.empty()) return nullptr;
    auto found = impl.searches.find(token);
    if (found == impl.searches.end()) {
        if (impl.searches.size() >= impl.limits.searches) return nullptr;
        auto search = std::make_shared<Search>();
        search->question = {std::string(token), std::string(request.host), *loop};
        search->until = impl.clock.steady() + impl.limits.patience;
        if (impl.idle <= impl.queue.size() && impl.threads.size() < impl.limits.threads) impl.begin_thread();
        if (impl.threads.empty()) return nullptr;
        found = impl.searches.emplace(std::string(token), search).first;
        impl.queue.push_back(search);
        impl.more.notify_one();
    }
    const std::shared_ptr<Search>& search = found->second;
    search->waiting.push_back(context.waker);
    return std::make_unique<Impl::Wait>(impl, search, context.waker);
}

std::string ChallengeUpstream::trouble() const {
    std::lock_guard<std::mutex> hold(impl_->mutex);
    return impl_->trouble;
}

}  // namespace postern
