#include "server/http/counted_heap.h"

#include <doctest.h>

#include <cstring>
#include <limits>
#include <string>

namespace postern::http::test {

TEST_CASE("a counted heap gives no more than it has") {
    BlockPool pool;
    CountedHeap heap(1000, pool);
    void* const first = heap.get(600);
    REQUIRE(first != nullptr);
    CHECK(heap.get(401) == nullptr);
    CHECK(heap.get(std::numeric_limits<std::size_t>::max()) == nullptr);
    CHECK(heap.used() == 600);
    void* const second = heap.get_zeroed(40, 10);
    REQUIRE(second != nullptr);
    CHECK(static_cast<char*>(second)[399] == 0);
    CHECK(heap.used() == 1000);
    heap.drop(first);
    heap.drop(nullptr);
    CHECK(heap.used() == 400);
    CHECK(heap.get_zeroed(std::numeric_limits<std::size_t>::max() / 2, 4) == nullptr);
    std::memset(second, 'x', 400);
    void* const grown = heap.get_again(second, 500);
    REQUIRE(grown != nullptr);
    CHECK(std::memcmp(grown, std::string(400, 'x').data(), 400) == 0);
    CHECK(heap.used() == 500);
    CHECK(heap.get_again(grown, 501) == nullptr);  // both are there for a moment
    CHECK(static_cast<char*>(grown)[399] == 'x');
    void* const small = heap.get_again(grown, 10);
    REQUIRE(small != nullptr);
    heap.drop(small);
    CHECK(heap.used() == 0);
    void* const fresh = heap.get_again(nullptr, 10);
    heap.drop(fresh);
}

}  // namespace postern::http::test
