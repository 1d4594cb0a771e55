#include "server/http/open_places.h"

#include <doctest.h>

#include <memory>
#include <optional>
#include <vector>

namespace postern::http::test {
namespace {

struct Guest final : Rouser {
    explicit Guest(OpenPlaces& places) : share(std::in_place, places) {}
    void rouse() override { ++roused; }
    std::uint64_t turn() const override { return 0; }
    void wait() { share->wait(this); }

    std::optional<OpenShare> share;
    int roused = 0;
};

// So many places, and a guest who has taken them all.
struct House {
    explicit House(std::size_t most) {
        places.set_most(most);
        full.share->hold(most);
    }
    OpenPlaces places;
    Guest full{places};
};

}  // namespace

TEST_CASE("places: in order of waiting, one for each that is given back, and none for who comes later") {
    House house(3);
    Guest a(house.places), b(house.places), c(house.places), late(house.places);
    for (Guest* guest : {&a, &b, &c}) {
        CHECK_FALSE(guest->share->may_take());
        guest->wait();
        guest->wait();  // once is enough
    }
    house.full.share->hold(2);
    CHECK(a.roused == 1);
    CHECK(b.roused + c.roused == 0);
    CHECK(a.share->may_take());
    CHECK_FALSE(late.share->may_take());
    CHECK_FALSE(house.full.share->may_take());  // nor for who had it
    a.share->hold(1);
    CHECK(house.places.held() == 3);
    CHECK_FALSE(a.share->may_take());
    a.wait();  // for another one: behind the others now
    house.full.share->hold(0);
    CHECK(b.roused == 1);
    CHECK(c.roused == 1);
    CHECK(a.roused == 1);
    b.share->hold(1);
    c.share->hold(1);
    b.share->hold(0);
    CHECK(a.roused == 2);
    CHECK_FALSE(late.share->may_take());
    a.share->hold(2);
    a.share->hold(1);
    CHECK(late.share->may_take());  // nobody is in line any more
}

TEST_CASE("places: who is gone, before he was woken or after, leaves his place to the next") {
    House house(1);
    Guest a(house.places), b(house.places), c(house.places);
    for (Guest* guest : {&a, &b, &c}) guest->wait();
    b.share.reset();
    house.full.share->hold(0);
    CHECK(a.roused == 1);
    CHECK(c.roused == 0);
    a.share.reset();
    CHECK(a.roused == 1);
    CHECK(b.roused == 0);
    CHECK(c.roused == 1);
    c.share->hold(1);
    CHECK(house.places.held() == 1);
    c.share.reset();
    CHECK(house.places.held() == 0);
    CHECK(house.full.share->may_take());
}

TEST_CASE("places: who wants his no more passes it on, and may come again") {
    House house(1);
    Guest a(house.places), b(house.places);
    a.wait();
    b.wait();
    house.full.share->hold(0);
    a.share->leave();
    CHECK_FALSE(a.share->may_take());
    CHECK(b.roused == 1);
    a.wait();
    b.share->leave();
    CHECK(a.roused == 2);
    a.share->leave();
    a.share->leave();
    CHECK(b.roused == 1);
    CHECK(house.full.share->may_take());
    CHECK(house.places.held() == 0);
}

TEST_CASE("places: who leaves the line is not woken, wherever he stood") {
    for (std::size_t leaver = 0; leaver < 3; ++leaver) {
        CAPTURE(leaver);
        House house(3);
        std::vector<std::unique_ptr<Guest>> guests;
        guests.reserve(3);
        for (int i = 0; i < 3; ++i) guests.push_back(std::make_unique<Guest>(house.places));
        for (auto& guest : guests) guest->wait();
        guests[leaver]->share->leave();
        house.full.share.reset();
        for (std::size_t i = 0; i < 3; ++i) CHECK(guests[i]->roused == (i == leaver ? 0 : 1));
    }
}

TEST_CASE("places: nobody waits who cannot be woken, and who finds a place free is told at once") {
    House house(1);
    Guest a(house.places);
    a.share->wait(nullptr);
    house.full.share->hold(0);
    CHECK(house.full.share->may_take());
    a.wait();
    CHECK(a.roused == 1);
}

}  // namespace postern::http::test
