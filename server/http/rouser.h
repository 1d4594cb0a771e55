// How somebody on the loop's own thread tells one connection that there is something for it: an answer, more of one, or room for
// more of a request. (A Waker is for other threads, and rouses all who wait.)
#pragma once

#include <cstdint>

namespace postern::http {

class Rouser {
public:
    virtual ~Rouser() = default;
    virtual void rouse() = 0;  // its turn comes soon; never calls back from within
    virtual std::uint64_t turn() const = 0;  // of the loop: another number in each, in which a connection may be asked several times
};

}  // namespace postern::http
