// What the notifier remembers over restarts, state/notices.json: what was told of each certificate, and the messages that are
// still on their way. Plain values and their text.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/notify/events.h"
#include "server/base/result.h"

namespace postern::notify {

struct Attempts {
    int count = 0;
    WallTime next{};
};

// A message and the ways by which it has not gone yet.
struct Parcel {
    Message message;
    std::map<std::string, Attempts> open;  // by the way's name
};

struct Memory {
    static constexpr std::size_t kParcels = 32;  // of at most 20 kB each; a device that is offline for weeks tells the latest

    AllKnown known;
    std::vector<Parcel> outbox;  // oldest first

    // Takes the place of an older one about the same matter: what is told late should be true. Returns how many were lost
    // because there was no room.
    std::size_t add(Parcel parcel);
};

std::string to_text(const Memory& memory);
Result<Memory> memory_from(std::string_view text);  // kRefuse: not written by us, or damaged

}  // namespace postern::notify
