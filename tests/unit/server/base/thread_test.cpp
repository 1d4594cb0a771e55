// Threads begin, end and change owners; what cannot go on says so and ends.
#include "server/base/thread.h"

#include <doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <limits>
#include <new>
#include <string>
#include <vector>

#include "server/base/last_words.h"
#include "server/base/unique_fd.h"

using namespace postern;

namespace {

// How a child ends that does `work`, and what it says on stderr.
template <typename Work>
std::pair<int, std::string> end_of(Work work) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const UniqueFd reading(ends[0]);
    UniqueFd writing(ends[1]);
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(writing.get(), STDERR_FILENO);
        work();
        ::_exit(0);
    }
    writing.reset();
    std::string said(1000, '\0');
    said.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::read(reading.get(), said.data(), said.size()))));
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, said};
}

}  // namespace

TEST_CASE("a thread does its work, and is joined once") {
    std::atomic<int> done = 0;
    auto started = Thread::start([&] { ++done; });
    REQUIRE(started.ok());
    Thread one = std::move(*started);
    CHECK(one.joinable());
    one.join();
    CHECK(done == 1);
    CHECK_FALSE(one.joinable());
    one.join();
    one.detach();
    one = Thread::start_or_end([&] { ++done; });
    Thread two(std::move(one));
    CHECK_FALSE(one.joinable());  // NOLINT(bugprone-use-after-move): it is empty then
    one = Thread::start_or_end([&] { ++done; });
    two = std::move(one);  // waits for the first
    CHECK(done >= 2);
    {
        const Thread three = Thread::start_or_end([&] { ++done; });
    }
    two.join();
    CHECK(done == 4);
}

TEST_CASE("a process that cannot go on says why in one line") {
    CHECK(end_of([] { end_process("no way"); }) == std::pair(70, std::string("postern: no way; this process ends\n")));
}

#if !defined(POSTERN_SANITIZED)  // a sanitizer ends the process by itself, in words of its own
TEST_CASE("out of memory ends the process, whoever asks for it") {
    const auto end = end_of([] {
        end_when_out_of_memory();
        const volatile std::size_t most = std::numeric_limits<std::ptrdiff_t>::max();
        [[maybe_unused]] void* volatile kept = ::operator new(most);  // volatile, or nobody would ask for it
    });
    CHECK(end == std::pair(70, std::string("postern: out of memory; this process ends\n")));
}
#endif
