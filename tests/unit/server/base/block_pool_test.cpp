#include "server/base/block_pool.h"

#include <doctest.h>

#include <cstdint>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include "server/base/limits.h"

namespace postern {

TEST_CASE("a pool keeps blocks of each size, a few, and gives them again") {
    BlockPool pool;
    for (const std::size_t size : {std::size_t{1}, std::size_t{64}, std::size_t{65}, std::size_t{1000}, std::size_t{2048}}) {
        CAPTURE(size);
        void* const first = pool.get(size);
        REQUIRE(first != nullptr);
        CHECK(reinterpret_cast<std::uintptr_t>(first) % alignof(std::max_align_t) == 0);
        std::memset(first, 'x', size);
        pool.drop(first, size);
        CHECK(pool.kept() >= size);
        CHECK(pool.get(size) == first);
        CHECK(pool.kept() == 0);
        pool.drop(first, size);
        pool.drop_kept();
        CHECK(pool.kept() == 0);
    }
    void* const large = pool.get(2049);
    pool.drop(large, 2049);
    CHECK(pool.kept() == 0);
    pool.drop(nullptr, 1);
}

TEST_CASE("a pool keeps no more than it may") {
    BlockPool pool;
    std::set<void*> blocks;
    for (unsigned i = 0; i < 2 * limits::kBlocksKept; ++i) blocks.insert(pool.get(100));
    CHECK(blocks.size() == 2 * limits::kBlocksKept);
    for (void* block : blocks) pool.drop(block, 100);
    CHECK(pool.kept() == 128 * limits::kBlocksKept);
}

TEST_CASE("strings and vectors of a pool") {
    BlockPool pool;
    {
        std::pmr::string text(&pool);
        std::pmr::vector<int> numbers(&pool);
        for (int i = 0; i < 5000; ++i) {
            text += "some ";
            numbers.push_back(i);
        }
        CHECK(text.size() == 25000);
        CHECK(numbers.back() == 4999);
    }
    CHECK(pool.kept() > 0);
}

}  // namespace postern
