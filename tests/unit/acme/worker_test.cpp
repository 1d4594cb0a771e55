// The thread: jobs, reload, and a stop in the middle of an exchange.
#include "acme/worker.h"

#include <doctest.h>

#include <algorithm>
#include <atomic>
#include <future>

#include "acme/job_book.h"
#include "tests/unit/acme/world.h"

using namespace postern;
using namespace postern::acme;

namespace {

// Waits within a run are free, idling is real and ends by wake() or stop() alone. Tells the test when the worker idles.
class IdlePauser final : public Pauser {
public:
    explicit IdlePauser(fakes::FakeClock& clock) : clock_(clock) {}
    bool sleep_until(SteadyTime then) override {
        if (then > clock_.steady()) clock_.advance(then - clock_.steady());
        std::lock_guard<std::mutex> hold(mutex_);
        return !stopped_;
    }
    bool idle_until(SteadyTime) override {
        std::unique_lock<std::mutex> hold(mutex_);
        ++idles_;
        changed_.notify_all();
        changed_.wait(hold, [&] { return stopped_ || woken_; });
        woken_ = false;
        return !stopped_;
    }
    void wake() override { set(woken_); }
    void stop() override { set(stopped_); }
    void await_idle(int times) {
        std::unique_lock<std::mutex> hold(mutex_);
        changed_.wait(hold, [&] { return idles_ >= times; });
    }

private:
    void set(bool& flag) {
        std::lock_guard<std::mutex> hold(mutex_);
        flag = true;
        changed_.notify_all();
    }
    fakes::FakeClock& clock_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopped_ = false, woken_ = false;
    int idles_ = 0;
};

// An exchange that only cancel() ends.
class Stalled final : public Transport {
public:
    explicit Stalled(std::promise<void>& entered) : entered_(entered) {}
    Result<HttpReply> exchange(const HttpRequest&) override {
        entered_.set_value();
        cancelled_.get_future().wait();
        return Error::retry("called off");
    }
    void cancel() override { cancelled_.set_value(); }

private:
    std::promise<void>& entered_;
    std::promise<void> cancelled_;
};

}  // namespace

TEST_CASE("the worker gets a certificate, follows a job, and takes a new configuration") {
    World world;
    IdlePauser pauser(world.clock);
    world.parts.pauser = &pauser;
    Worker worker(world.parts, {wanted_cert()});
    REQUIRE(worker.prepare().ok());
    CHECK(world.status.get()->certificates.front().rung == Rung::kSelfSigned);
    worker.start();
    pauser.await_idle(1);
    CHECK(world.status.get()->certificates.front().rung == Rung::kPublic);

    auto job = worker.renew({"a.example"}, true);
    REQUIRE(job.ok());
    pauser.await_idle(2);
    auto view = worker.job(*job);
    REQUIRE(view.ok());
    CHECK(view->done);
    CHECK(view->ok);
    CHECK(view->changed);
    CHECK(view->steps.size() >= 3);
    CHECK(view->steps.back().text.find("installed") == 0);
    CHECK_FALSE(worker.renew({"unknown.example"}, false).ok());
    CHECK_FALSE(worker.job("99").ok());

    worker.set_wanted({wanted_cert("b.example")});
    CHECK(worker.renew({"b.example"}, false).ok());
    pauser.await_idle(3);
    CHECK(world.status.get()->certificates.front().name == "b.example");
    CHECK(world.publisher.served.count("a.example") == 0);
    worker.stop();
    worker.stop();
}

TEST_CASE("what is asked together with a new configuration is done to it, before anything else") {
    World world;
    IdlePauser pauser(world.clock);
    world.parts.pauser = &pauser;
    std::mutex mutex;
    std::vector<std::string> told;  // jobs of the steps, in their order
    world.parts.followed = [&](const JobView& job) {
        std::lock_guard<std::mutex> hold(mutex);
        if (!job.steps.empty()) told.push_back(job.id);
    };
    Worker worker(world.parts, {});
    REQUIRE(worker.prepare().ok());
    worker.start();
    pauser.await_idle(1);
    auto job = worker.set_wanted({wanted_cert("c.example")}, {Task::What::kRenew, {"c.example"}, false, 0, false});
    REQUIRE(job.ok());
    pauser.await_idle(2);
    CHECK(worker.job(*job)->done);
    CHECK(worker.job(*job)->changed);
    CHECK(worker.job(*job)->steps.size() >= 3);
    {
        std::lock_guard<std::mutex> hold(mutex);
        CHECK(std::count(told.begin(), told.end(), *job) == static_cast<std::ptrdiff_t>(told.size()));  // no step of a run of its own
    }
    // one that is not among them: they are set all the same
    CHECK_FALSE(worker.set_wanted({wanted_cert("d.example")}, {Task::What::kRenew, {"c.example"}, false, 0, false}).ok());
    pauser.await_idle(3);
    CHECK(world.status.get()->certificates.front().name == "d.example");
    worker.stop();
}

TEST_CASE("stop ends a stalled exchange") {
    World world;
    std::promise<void> entered;
    world.parts.connect = [&](const CaSettings&) { return std::make_unique<Stalled>(entered); };
    IdlePauser pauser(world.clock);
    world.parts.pauser = &pauser;
    Worker worker(world.parts, {wanted_cert()});
    REQUIRE(worker.prepare().ok());
    worker.start();
    auto job = worker.renew({}, true);
    REQUIRE(job.ok());
    entered.get_future().wait();
    worker.stop();
    CHECK(worker.job(*job)->done);
    CHECK_FALSE(worker.job(*job)->ok);
    CHECK_FALSE(world.status.get()->certificates.front().last_problem);
}

TEST_CASE("a worker that was never started, or could not prepare, stops all the same") {
    World world;
    { Worker worker(world.parts, {wanted_cert()}); }
    Worker unprepared(world.parts, {wanted_cert()});
    unprepared.start();  // does nothing
    unprepared.stop();
    Worker nameless(world.parts, {wanted_cert("../up")});
    CHECK_FALSE(nameless.prepare().ok());
}

TEST_CASE("the job book remembers 16, queues 8") {
    JobBook book;
    std::vector<std::string> ids;
    for (int i = 0; i < 8; ++i) ids.push_back(book.ask({}).value());
    CHECK_FALSE(book.ask({}).ok());
    for (int i = 0; i < 30; ++i) {
        REQUIRE(book.take());
        book.step({}, "a", "one");
        book.end(true, true);
        ids.push_back(book.ask({}).value());
    }
    CHECK_FALSE(book.view(ids.front()).ok());
    CHECK(book.view(ids.back()).ok());
    book.step({}, "a", "of no job");
    auto request = book.take();
    REQUIRE(request);
    for (int i = 0; i < 1000; ++i) book.step({}, "a", "again");
    CHECK(book.view(request->id)->steps.size() == JobBook::kSteps);
    book.abandon();
    CHECK(book.view(request->id)->done);
    CHECK_FALSE(book.view(request->id)->ok);
    CHECK_FALSE(book.take());
}

TEST_CASE("the real pauser: the past returns at once, stop and wake end a wait") {
    SystemClock clock;
    ConditionPauser pauser(clock);
    CHECK(pauser.sleep_until(clock.steady() - Seconds(5)));
    CHECK(pauser.idle_until(clock.steady() - Seconds(5)));
    pauser.wake();
    CHECK(pauser.idle_until(clock.steady() + Seconds(1000)));
    std::thread other([&] { pauser.stop(); });
    CHECK_FALSE(pauser.sleep_until(clock.steady() + Seconds(1000)));
    CHECK_FALSE(pauser.idle_until(clock.steady() + Seconds(1000)));
    other.join();
}
