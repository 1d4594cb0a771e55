#include "server/site/file_cache.h"

#include <doctest.h>

namespace postern::site {
namespace {

CachedFile file_of(std::size_t size) {
    auto content = std::make_shared<http::Prebuilt>();
    content->bytes.assign(size, 'x');
    CachedFile file;
    file.content = content;
    file.not_modified = std::make_shared<http::Prebuilt>();
    return file;
}

}  // namespace

TEST_CASE("the least recently used goes first, by number") {
    FileCache cache(1 << 20, 3);
    for (const char* path : {"/a", "/b", "/c"}) cache.put(0, path, file_of(10));
    cache.find(0, "/a");
    cache.put(0, "/d", file_of(10));
    CHECK(cache.find(0, "/b") == nullptr);
    for (const char* path : {"/a", "/c", "/d"}) CHECK(cache.find(0, path) != nullptr);
    CHECK(cache.files() == 3);
}

TEST_CASE("bytes are bounded, whatever comes") {
    FileCache cache(10000, 1000);
    for (int i = 0; i < 200; ++i) {
        cache.put(0, "/" + std::to_string(i), file_of(static_cast<std::size_t>(i) * 37 % 3000));
        CHECK(cache.bytes() <= 10000);
    }
    CHECK(cache.put(0, "/huge", file_of(20000)) == nullptr);
    CHECK(cache.files() > 0);
}

TEST_CASE("replacing and erasing keep the books") {
    FileCache cache(10000, 10);
    cache.put(0, "/a", file_of(1000));
    const std::size_t before = cache.bytes();
    cache.put(0, "/a", file_of(1000));
    CHECK(cache.bytes() == before);
    CHECK(cache.files() == 1);
    cache.erase(0, "/b");
    cache.erase(1, "/a");
    CHECK(cache.files() == 1);
    cache.erase(0, "/a");
    CHECK(cache.bytes() == 0);
    CHECK(cache.find(0, "/a") == nullptr);
}

TEST_CASE("what is held stays and counts: replaced, erased, or in the way") {
    FileCache cache(10000, 10);
    const auto held = cache.put(0, "/a", file_of(5000))->content;
    CHECK_FALSE(cache.make_room(6000, 1));
    CHECK(cache.put(0, "/b", file_of(6000)) == nullptr);
    CHECK(cache.find(0, "/a") != nullptr);
    CHECK(cache.put(0, "/c", file_of(1000)) != nullptr);
    CHECK(cache.make_room(3500, 1));  // the other goes
    CHECK(cache.find(0, "/c") == nullptr);
    const std::size_t one = cache.bytes();
    cache.put(0, "/a", file_of(100));
    CHECK(cache.bytes() > one);
    cache.erase(0, "/a");
    CHECK(cache.files() == 0);
    CHECK(cache.bytes() >= 5000);
    CHECK_FALSE(cache.make_room(6000, 1));
}

TEST_CASE("where there is no room to be had, nobody goes in vain") {
    FileCache cache(10000, 10);
    const auto held = cache.put(0, "/a", file_of(5000))->content;
    cache.put(0, "/b", file_of(1000));
    cache.put(0, "/c", file_of(1000));
    CHECK_FALSE(cache.make_room(7000, 1));
    CHECK_FALSE(cache.make_room(1, 10));
    CHECK(cache.files() == 3);
}

TEST_CASE("what was held and is not any more makes room") {
    FileCache cache(10000, 2);
    auto first = cache.put(0, "/a", file_of(4000))->content, second = cache.put(0, "/b", file_of(4000))->content;
    CHECK_FALSE(cache.make_room(10, 1));  // by number
    cache.erase(0, "/a");
    CHECK(cache.make_room(10, 1));
    CHECK_FALSE(cache.make_room(4000, 1));
    first.reset();
    CHECK(cache.make_room(4000, 1));
    CHECK(cache.find(0, "/b") != nullptr);
    second.reset();
    CHECK(cache.make_room(9000, 1));
    CHECK(cache.bytes() == 0);
}

TEST_CASE("a copy that is held holds the file with it") {
    FileCache cache(10000, 10);
    CachedFile* file = cache.put(0, "/a", file_of(1000));
    auto copy = std::make_shared<Variant>();
    copy->content = std::make_shared<http::Prebuilt>();
    copy->not_modified = copy->content;
    file->packed[0] = copy;
    cache.grown(0, "/a");
    const auto sent = copy->content;
    copy.reset();
    CHECK_FALSE(cache.make_room(9500, 1));
    CHECK(cache.find(0, "/a") == file);
}

}  // namespace postern::site
