#include "acme/worker.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <set>

#include "acme/job_book.h"
#include "acme/keeper.h"
#include "acme/pauser.h"
#include "server/base/text.h"
#include "server/base/heap.h"
#include "server/base/thread.h"
#include "server/base/tls_heap.h"

namespace postern::acme {

struct Worker::Impl {
    Impl(WorkerParts given, std::vector<WantedCert> wanted)
        : parts(std::move(given)),
          own_pauser(parts.clock),
          pauser(parts.pauser != nullptr ? *parts.pauser : own_pauser),
          keeper(parts, pauser,
                 [this](const std::string& certificate, const std::string& text) {
                     book.step(parts.clock.wall(), certificate, text);
                 }) {
        book.set_watcher(parts.followed);
        set_names(wanted);
        first = std::move(wanted);
    }

    void set_names(const std::vector<WantedCert>& wanted) {
        names.clear();
        for (const WantedCert& one : wanted) names.insert(one.name);
    }

    void loop();
    SteadyTime round();
    std::optional<std::vector<WantedCert>> take_wanted();

    WorkerParts parts;
    ConditionPauser own_pauser;
    Pauser& pauser;
    JobBook book;
    Keeper keeper;  // the thread's, once it runs
    std::vector<WantedCert> first;

    std::mutex mutex;  // of the three below
    std::set<std::string> names;
    std::optional<std::vector<WantedCert>> next_wanted;
    Thread thread;
    bool prepared = false;
};

std::optional<std::vector<WantedCert>> Worker::Impl::take_wanted() {
    std::lock_guard<std::mutex> hold(mutex);
    return std::exchange(next_wanted, std::nullopt);
}

SteadyTime Worker::Impl::round() {
    for (;;) {
        // in this order: what was asked together with new ones is never done to the old ones
        auto request = book.take();
        auto wanted = take_wanted();
        if (!request && !wanted) break;
        if (wanted) keeper.set_wanted(std::move(*wanted));
        if (!request) continue;
        auto outcome = keeper.carry_out(request->task);
        book.end(outcome.ok, outcome.changed);
    }
    const SteadyTime next = keeper.run_due();
    give_free_memory_back();  // an order takes some 400 kB, and the next one is weeks away
    return next;
}

void Worker::Impl::loop() {
    while (pauser.idle_until(round())) continue;
    book.abandon();
}

Worker::Worker(WorkerParts parts, std::vector<WantedCert> wanted)
    : impl_(std::make_unique<Impl>(std::move(parts), std::move(wanted))) {}

Worker::~Worker() { stop(); }

Result<void> Worker::prepare() {
    TRY_VOID(impl_->keeper.prepare(std::move(impl_->first)));
    impl_->prepared = true;
    return {};
}

void Worker::start() {
    if (!impl_->prepared || impl_->thread.joinable()) return;
    impl_->thread = Thread::start_or_end([impl = impl_.get()] {
        impl->loop();
        TlsHeap::drop_kept();
    });
}

void Worker::stop() {
    impl_->keeper.cancel();
    if (impl_->thread.joinable()) impl_->thread.join();
}

void Worker::set_wanted(std::vector<WantedCert> wanted) {
    {
        std::lock_guard<std::mutex> hold(impl_->mutex);
        impl_->set_names(wanted);
        impl_->next_wanted = std::move(wanted);
    }
    impl_->pauser.wake();
}

Result<std::string> Worker::set_wanted(std::vector<WantedCert> wanted, Task first) {
    Result<std::string> job = Error::admin("no such certificate is configured: " + join(first.names, ", "));
    {
        std::lock_guard<std::mutex> hold(impl_->mutex);  // of both at once: the thread sees none of them, or the two
        impl_->set_names(wanted);
        const bool known = std::all_of(first.names.begin(), first.names.end(), [&](const auto& name) { return impl_->names.count(name) != 0; });
        impl_->next_wanted = std::move(wanted);
        if (known) job = impl_->book.ask(std::move(first));
    }
    impl_->pauser.wake();
    return job;
}

void Worker::look_again() { impl_->pauser.wake(); }

Result<std::string> Worker::ask(Task task) {
    if (task.what == Task::What::kUpload && (task.names.size() != 1 || !task.upload)) return Error::bug("an upload is for one certificate");
    {
        std::lock_guard<std::mutex> hold(impl_->mutex);
        for (const std::string& name : task.names)
            if (task.what == Task::What::kDelete ? !Store::is_safe_name(name) : impl_->names.count(name) == 0)
                return Error::admin("no certificate named " + printable(name) + "; `postern status` lists them");
    }
    TRY(std::string id, impl_->book.ask(std::move(task)));
    impl_->pauser.wake();
    return id;
}

Result<JobView> Worker::job(const std::string& id) const { return impl_->book.view(id); }

}  // namespace postern::acme
