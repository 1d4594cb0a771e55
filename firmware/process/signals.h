// The signals that the server obeys, as a descriptor for its main loop (signalfd) instead of handlers.
#pragma once

#include <optional>

#include "server/base/result.h"
#include "server/base/unique_fd.h"

namespace postern::process {

enum class Wish : unsigned char {
    kReload,  // SIGHUP
    kStop,    // SIGTERM, SIGINT
};

class Signals {
public:
    // Blocks the signals in the calling thread, whose mask later threads inherit: call it before any is started.
    // SIGPIPE is ignored: a peer that went away is seen where it is written to. SIGCHLD is not, whoever started us.
    static Result<Signals> open();

    int fd() const { return fd_.get(); }  // readable when take() has something
    std::optional<Wish> take() const;     // the next one; never blocks

private:
    explicit Signals(UniqueFd fd) : fd_(std::move(fd)) {}
    UniqueFd fd_;
};

}  // namespace postern::process
