#include "server/net/deadlines.h"

#include <doctest.h>

#include <memory>
#include <vector>

using namespace postern;
using net::DeadlineList;
using net::DeadlineNode;

namespace {
SteadyTime at(int ms) { return SteadyTime(Millis(ms)); }
}  // namespace

TEST_CASE("an empty list has neither an oldest nor a time") {
    DeadlineList list(Millis(100));
    CHECK(list.empty());
    CHECK(list.oldest() == nullptr);
    CHECK(list.expired(at(100000)) == nullptr);
    CHECK(list.until_next(at(5)) == Millis(-1));
}

TEST_CASE("the head is the oldest and expires on the dot") {
    DeadlineList list(Millis(100));
    DeadlineNode a, b;
    list.enter(a, at(0));
    list.enter(b, at(30));
    CHECK(list.oldest() == &a);
    CHECK(list.after(a) == &b);
    CHECK(list.after(b) == nullptr);
    CHECK(list.until_next(at(40)) == Millis(60));
    CHECK(list.expired(at(99)) == nullptr);
    CHECK(list.expired(at(100)) == &a);
    CHECK(list.until_next(at(250)) == Millis(0));
    a.unlink();
    CHECK(list.expired(at(100)) == nullptr);
    CHECK(list.expired(at(130)) == &b);
}

TEST_CASE("entering again moves to the end, and to another list") {
    DeadlineList list(Millis(100)), other(Millis(10));
    DeadlineNode a, b;
    list.enter(a, at(0));
    list.enter(b, at(10));
    list.enter(a, at(20));
    CHECK(list.oldest() == &b);
    CHECK(a.since() == at(20));
    other.enter(b, at(30));
    CHECK(list.oldest() == &a);
    CHECK(other.oldest() == &b);
    a.unlink();
    a.unlink();  // twice is once
    CHECK(list.empty());
    CHECK_FALSE(a.linked());
}

TEST_CASE("nodes and lists may die in any order") {
    auto node = std::make_unique<DeadlineNode>();
    {
        DeadlineList list(Millis(1));
        list.enter(*node, at(0));
        {
            DeadlineNode shorter;
            list.enter(shorter, at(0));
        }
        CHECK(list.oldest() == node.get());
    }
    CHECK_FALSE(node->linked());
    node.reset();
    DeadlineList list(Millis(1));
    std::vector<std::unique_ptr<DeadlineNode>> many;
    for (int i = 0; i < 100; i++) {
        many.push_back(std::make_unique<DeadlineNode>());
        list.enter(*many.back(), at(i));
    }
    for (std::size_t i = 0; i < 100; i += 2) many[i].reset();
    CHECK(list.oldest() == many[1].get());
    many.clear();
    CHECK(list.empty());
}
