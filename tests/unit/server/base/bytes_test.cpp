// Small owners of bytes: secrets, random numbers, results, published values.
#include <doctest.h>

#include <array>
#include <cerrno>
#include <thread>

#include "server/base/published.h"
#include "server/base/random.h"
#include "server/base/result.h"
#include "server/base/secret.h"
#include "tests/fakes/fixed_random.h"

using namespace postern;

TEST_CASE("Secret: moves leave nothing behind, short and long") {
    for (const std::string& bytes : {std::string("short"), std::string(100, 'k')}) {
        Secret first{std::string(bytes)};
        Secret second(std::move(first));
        CHECK(first.empty());  // NOLINT: that is the point
        CHECK(second.view() == bytes);
        // The body of the moved-from string, where a short one had been.
        const std::string_view body(reinterpret_cast<const char*>(&first), sizeof first);
        CHECK(body.find(bytes) == std::string_view::npos);
        Secret third{std::string("other")};
        third = std::move(second);
        CHECK(third.view() == bytes);
        CHECK(second.empty());  // NOLINT
        Secret& alias = third;
        third = std::move(alias);
        CHECK(third.view() == bytes);
    }
    CHECK(Secret().empty());
}

TEST_CASE("wipe and equal_constant_time") {
    char bytes[] = "secret";
    wipe(bytes, sizeof bytes);
    for (char c : bytes) CHECK(c == 0);
    wipe(nullptr, 0);
    CHECK(equal_constant_time("", ""));
    CHECK(equal_constant_time("abc", "abc"));
    CHECK_FALSE(equal_constant_time("abc", "abd"));
    CHECK_FALSE(equal_constant_time("abc", "bbc"));
    CHECK_FALSE(equal_constant_time("abc", "abcd"));
}

TEST_CASE("Random: below is within bounds and fair") {
    fakes::FixedRandom random(7);
    std::array<int, 5> counts{};
    for (int i = 0; i < 5000; ++i) ++counts[random.below(5)];
    for (int count : counts) CHECK(std::abs(count - 1000) < 150);
    CHECK(random.below(1) == 0);
    CHECK(random.below(0) == 0);
    for (int i = 0; i < 100; ++i) CHECK(random.below((1ull << 63) + 1) <= (1ull << 63));
}

TEST_CASE("FixedRandom: the same seed, the same bytes") {
    std::array<unsigned char, 16> a{}, b{}, c{};
    fakes::FixedRandom(1).fill(a);
    fakes::FixedRandom(1).fill(b);
    fakes::FixedRandom(2).fill(c);
    CHECK(a == b);
    CHECK(a != c);
}

TEST_CASE("SystemRandom: fills all of it") {
    SystemRandom random;
    std::array<unsigned char, 1000> bytes{};
    random.fill(bytes);
    std::array<int, 256> counts{};
    for (unsigned char byte : bytes) ++counts[byte];
    CHECK(counts[0] < 40);
    random.fill({});
}

namespace {

Result<int> half(int number) {
    if (number % 2 != 0) return Error::refuse("odd");
    return number / 2;
}

Result<void> needs_even(int number) {
    TRY([[maybe_unused]] const int result, half(number));
    return {};
}

Result<void> needs_both(int a, int b) {
    TRY_VOID(needs_even(a));
    TRY_VOID(needs_even(b));
    return {};
}

}  // namespace

TEST_CASE("Result: values, errors, TRY") {
    CHECK(*half(4) == 2);
    CHECK(half(3).error().text() == "odd");
    CHECK(half(3).value_or(9) == 9);
    CHECK(needs_both(2, 4).ok());
    CHECK_FALSE(needs_both(2, 3).ok());
    auto failed = needs_both(1, 2);
    CHECK(std::move(failed).error().at("here").text() == "here: odd");
}

TEST_CASE("Error::system: the kind says whether to try again") {
    const Error full = Error::system("/a", ENOSPC).at("store");
    CHECK(full.kind() == ErrorKind::kRetry);
    CHECK(full.number() == ENOSPC);
    CHECK(full.text() == "store: /a: No space left on device");
    CHECK(Error::system("/a", EACCES).kind() == ErrorKind::kAdmin);
    CHECK(Error::bug("x").number() == 0);
}

TEST_CASE("Published: readers see whole values while a writer replaces them") {
    struct Pair {
        int a = 0, b = 0;
    };
    Published<Pair> published(std::make_shared<const Pair>());
    std::atomic<bool> stop{false}, torn{false};
    std::thread reader([&] {
        while (!stop) {
            const auto seen = published.get();
            if (seen->a != seen->b) torn = true;
        }
    });
    for (int i = 1; i <= 2000; ++i) published.set(std::make_shared<const Pair>(Pair{i, i}));
    stop = true;
    reader.join();
    CHECK_FALSE(torn);
    CHECK(published.version() == 2000);
    CHECK(published.get()->a == 2000);
    CHECK(Published<int>().get() == nullptr);
}
