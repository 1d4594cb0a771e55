#include "tests/sim/abreast.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "tests/sim/life.h"

namespace postern::sim {

namespace {

constexpr int kPipeBytes = 1 << 20;  // some sixty lives: nobody waits for the one whose turn it is

// What goes through the pipe for a life, followed by so many margins.
struct Packed {
    std::uint64_t failed, margins, most_written, largest_store;
    std::int64_t renewals, power_cuts, rounds;
};

// All of it, or false: `step` is ::read or ::write.
template <typename Step, typename Byte>
bool whole(Step step, int file, Byte* at, std::size_t size) {
    while (size > 0) {
        const ssize_t done = step(file, at, size);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        at += done;
        size -= static_cast<std::size_t>(done);
    }
    return true;
}

template <typename Value>
bool send(int file, const Value* values, std::size_t count) {
    return whole(::write, file, reinterpret_cast<const char*>(values), count * sizeof *values);
}

template <typename Value>
bool receive(int file, Value* values, std::size_t count) {
    return whole(::read, file, reinterpret_cast<char*>(values), count * sizeof *values);
}

[[noreturn]] void live_all(std::uint64_t from, std::uint64_t end, unsigned step, int years, int out) {
    for (std::uint64_t seed = from; seed < end; seed += step) {
        const Life life = live(draw_fate(seed, years), false);
        const Figures& f = life.figures;
        const Packed packed{life.faults.empty() ? 0u : 1u, f.margins.size(), f.most_written, f.largest_store,
                            f.renewals,                    f.power_cuts,     f.rounds};
        if (!send(out, &packed, 1) || !send(out, f.margins.data(), f.margins.size())) break;  // nobody reads any more
    }
    std::_Exit(0);
}

[[noreturn]] void give_up(const char* what) {
    std::perror(what);
    std::exit(2);
}

}  // namespace

struct Abreast::Impl {
    struct Job {
        pid_t process;
        int pipe;
    };
    std::vector<Job> jobs;
    std::uint64_t seed, from, end;
};

Abreast::Abreast(std::uint64_t from, std::uint64_t count, int years, unsigned jobs) : impl_(std::make_unique<Impl>()) {
    impl_->seed = impl_->from = from;
    impl_->end = from + count;
    jobs = static_cast<unsigned>(std::clamp<std::uint64_t>(jobs, 1, std::max<std::uint64_t>(count, 1)));
    for (unsigned i = 0; i < jobs; ++i) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) give_up("pipe2");
        (void)::fcntl(ends[1], F_SETPIPE_SZ, kPipeBytes);  // a smaller one only makes them wait
        const pid_t process = ::fork();
        if (process < 0) give_up("fork");
        if (process == 0) {
            (void)::close(ends[0]);
            for (const Impl::Job& job : impl_->jobs) (void)::close(job.pipe);
            live_all(from + i, impl_->end, jobs, years, ends[1]);
        }
        (void)::close(ends[1]);
        impl_->jobs.push_back({process, ends[0]});
    }
}

Abreast::~Abreast() {
    for (const Impl::Job& job : impl_->jobs) {
        (void)::close(job.pipe);
        (void)::kill(job.process, SIGKILL);
        (void)::waitpid(job.process, nullptr, 0);
    }
}

std::optional<Lived> Abreast::next() {
    if (impl_->seed == impl_->end) return std::nullopt;
    const int pipe = impl_->jobs[(impl_->seed - impl_->from) % impl_->jobs.size()].pipe;
    Lived lived;
    lived.seed = impl_->seed++;
    Packed packed{};
    lived.failed = true;  // unless its process lived to say otherwise
    if (!receive(pipe, &packed, 1)) return lived;
    lived.figures.margins.resize(packed.margins);
    if (!receive(pipe, lived.figures.margins.data(), packed.margins)) return lived;
    lived.failed = packed.failed != 0;
    lived.figures.most_written = packed.most_written;
    lived.figures.largest_store = packed.largest_store;
    lived.figures.renewals = static_cast<int>(packed.renewals);
    lived.figures.power_cuts = static_cast<int>(packed.power_cuts);
    lived.figures.rounds = static_cast<int>(packed.rounds);
    return lived;
}

double Abreast::processor_time() {
    for (const Impl::Job& job : impl_->jobs) {
        (void)::close(job.pipe);
        (void)::waitpid(job.process, nullptr, 0);
    }
    impl_->jobs.clear();
    rusage used{};
    if (::getrusage(RUSAGE_CHILDREN, &used) != 0) give_up("getrusage");
    const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace postern::sim
