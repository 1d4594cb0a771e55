// A request's body on its way to the upstream, framed anew; what the upstream does not take at once waits here, a piece at most.
// For exchange.cpp alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/proxy/request_text.h"
#include "server/proxy/wire.h"

namespace postern::proxy {

class Upload {
public:
    explicit Upload(BodyForm form) : form_(form) {}

    // How much may be added: nothing while the upstream takes nothing.
    std::size_t room() const;
    void add(std::string_view bytes);
    void end();
    bool ended() const { return ended_; }
    std::size_t waiting() const { return pending_.size() - at_; }
    bool all_sent() const { return ended_ && waiting() == 0; }
    bool began() const { return began_; }        // something was taken: it cannot be asked for again,
    bool any_sent() const { return any_sent_; }  // but it can be sent as long as none of it has been

    // As much of what waits as the wire takes. False: it broke.
    bool flush(Wire& wire);

private:
    BodyForm form_;  // kNone: of a tunnel, as it is
    std::string pending_;
    std::size_t at_ = 0;
    bool ended_ = false, began_ = false, blocked_ = false, any_sent_ = false;
};

}  // namespace postern::proxy
