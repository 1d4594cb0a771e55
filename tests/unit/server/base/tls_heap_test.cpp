#include "server/base/tls_heap.h"

#include <doctest.h>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

using postern::TlsHeap;

namespace {

bool all_zero(const void* memory, std::size_t size) {
    const auto* bytes = static_cast<const unsigned char*>(memory);
    return std::all_of(bytes, bytes + size, [](unsigned char byte) { return byte == 0; });
}

// What a child does that is expected to end by SIGABRT.
template <typename Do>
bool aborts(Do what) {
    const pid_t child = fork();
    if (child == 0) {
        (void)std::signal(SIGABRT, SIG_DFL);  // not doctest's handler
        what();
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

}  // namespace

TEST_CASE("tls_heap: what is taken is zero, aligned and one's own, at every size") {
    std::vector<std::pair<unsigned char*, std::size_t>> held;
    for (std::size_t size : {0u, 1u, 15u, 16u, 17u, 1008u, 1024u, 1025u, 12287u, 12288u, 16429u, 20464u, 20465u, 100000u}) {
        for (int again = 0; again < 3; ++again) {
            auto* memory = static_cast<unsigned char*>(postern_tls_take(1, size));
            REQUIRE(memory != nullptr);
            CHECK(reinterpret_cast<std::uintptr_t>(memory) % 16 == 0);
            CHECK(all_zero(memory, size));
            std::memset(memory, static_cast<int>(held.size() + 1), size);
            held.emplace_back(memory, size);
        }
    }
    for (std::size_t i = 0; i < held.size(); ++i) {
        auto [memory, size] = held[i];
        CHECK(std::all_of(memory, memory + size, [&](unsigned char byte) { return byte == i + 1; }));
        postern_tls_give(memory);
    }
    for (auto [unused, size] : held) {  // a second time, out of what was given back
        void* memory = postern_tls_take(size, 1);
        CHECK(all_zero(memory, size));
        postern_tls_give(memory);
    }
    postern_tls_give(nullptr);
}

TEST_CASE("tls_heap: a size that no machine has gives nothing") {
    CHECK(postern_tls_take(SIZE_MAX, 2) == nullptr);
    CHECK(postern_tls_take(SIZE_MAX / 2, 3) == nullptr);
    CHECK(postern_tls_take(1, SIZE_MAX - 8) == nullptr);
}

TEST_CASE("tls_heap: what is kept for the next handshake is bounded, and dropped when the thread ends") {
    std::thread([] {
        std::vector<void*> held;
        held.reserve(1000);
        for (int i = 0; i < 1000; ++i) held.push_back(postern_tls_take(1, 512));
        for (void* memory : held) postern_tls_give(memory);
        CHECK(TlsHeap::kept_by_this_thread() > TlsHeap::kKeptPerThread - 1024);
        CHECK(TlsHeap::kept_by_this_thread() <= TlsHeap::kKeptPerThread);
        TlsHeap::drop_kept();
        CHECK(TlsHeap::kept_by_this_thread() == 0);
    }).join();
}

namespace {

// How many of the pages of a slot are in memory.
int pages_of(void* memory) {
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    char* begin = static_cast<char*>(memory) - reinterpret_cast<std::uintptr_t>(memory) % page;
    unsigned char in_core[8] = {};
    REQUIRE(mincore(begin, 4 * page, in_core) == 0);
    int count = 0;
    for (const unsigned char one : in_core) count += one & 1;
    return count;
}

}  // namespace

TEST_CASE("tls_heap: some record buffers wait for the next connection, zero when they are taken; the others, and in the end all, leave no page behind") {
    TlsHeap::cool();
    std::vector<void*> held;
    held.reserve(TlsHeap::kWarmSlots + 3);
    while (held.size() < TlsHeap::kWarmSlots + 3) {
        held.push_back(postern_tls_take(1, 16429));
        std::memset(held.back(), 0x5a, 16429);
        CHECK(pages_of(held.back()) == 4);
    }
    CHECK(TlsHeap::slots_warm() == 0);
    for (void* memory : held) postern_tls_give(memory);
    CHECK(TlsHeap::slots_warm() == TlsHeap::kWarmSlots);
    CHECK(pages_of(held.front()) == 4);
    CHECK(pages_of(held.back()) == 0);
    for (const std::size_t size : {16429u, 12288u, 20000u, 16429u, 16429u, 16429u}) {
        void* memory = postern_tls_take(1, size);
        CHECK(all_zero(memory, size));
        std::memset(memory, 0xa5, size);
        postern_tls_give(memory);
        CHECK(TlsHeap::slots_warm() == TlsHeap::kWarmSlots);
    }
    TlsHeap::cool();
    CHECK(TlsHeap::slots_warm() == 0);
    CHECK(pages_of(held.front()) == 0);
    void* memory = postern_tls_take(1, 20000);
    CHECK(all_zero(memory, 20000));
    postern_tls_give(memory);
    TlsHeap::cool();
}

TEST_CASE("tls_heap: a record buffer given back is used again") {
    const std::size_t before = TlsHeap::slots_in_use();
    void* first = postern_tls_take(1, 16429);
    std::memset(first, 0x5a, 16429);
    CHECK(TlsHeap::slots_in_use() == before + 1);
    postern_tls_give(first);
    CHECK(TlsHeap::slots_in_use() == before);
    void* again = postern_tls_take(1, 16429);
    CHECK(again == first);
    CHECK(all_zero(again, 16429));
    postern_tls_give(again);
}

TEST_CASE("tls_heap: threads take and give each other's memory") {
    std::vector<void*> handed(2000);
    auto work = [&](unsigned seed, std::size_t from, std::size_t to) {
        std::mt19937 random(seed);
        for (std::size_t i = from; i < to; ++i) {
            const std::size_t size = random() % 8 == 0 ? 16429 : random() % 1500;
            handed[i] = postern_tls_take(1, size);
            if (size) std::memset(handed[i], static_cast<int>(seed), size);
            if (random() % 2) {
                postern_tls_give(handed[i]);
                handed[i] = nullptr;
            }
        }
        TlsHeap::drop_kept();
    };
    std::thread one(work, 1u, 0, 1000), two(work, 2u, 1000, 2000);
    one.join();
    two.join();
    std::thread([&] {
        for (void* memory : handed) postern_tls_give(memory);
        TlsHeap::drop_kept();
    }).join();
}

TEST_CASE("tls_heap: giving back twice ends the program, whatever was given") {
    for (std::size_t size : {100u, 16429u}) {
        CHECK(aborts([size] {
            void* memory = postern_tls_take(1, size);
            postern_tls_give(memory);
            postern_tls_give(memory);
        }));
    }
    CHECK(aborts([] {  // something that is not from here
        alignas(16) char foreign[64] = {};
        postern_tls_give(foreign + 16);
    }));
}
