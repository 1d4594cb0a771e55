#include "firmware/housekeeper.h"

#include <doctest.h>

#include <atomic>
#include <future>
#include <string>

using namespace postern;

TEST_CASE("housekeeper: comes again and again, in the order of the adding, and ends when it is told") {
    Housekeeper housekeeper(Millis(1));
    std::promise<void> thrice;
    std::string done;
    housekeeper.add([&] { done += 'a'; });
    housekeeper.add([&] {
        done += 'b';
        if (done == "ababab") thrice.set_value();
    });
    housekeeper.start();
    CHECK(thrice.get_future().wait_for(Seconds(20)) == std::future_status::ready);
    housekeeper.stop();
    housekeeper.stop();
    CHECK(done.substr(0, 6) == "ababab");
    CHECK(done.size() % 2 == 0);
}

TEST_CASE("housekeeper: an end does not wait for the next round, nor for a start") {
    Housekeeper never;
    never.stop();
    Housekeeper housekeeper;  // of fifteen seconds
    std::promise<void> came;
    housekeeper.add([&] { came.set_value(); });
    housekeeper.start();
    CHECK(came.get_future().wait_for(Seconds(10)) == std::future_status::ready);
    housekeeper.stop();
}
