// A Stream over a connected, non-blocking socket (TCP or unix).
#pragma once

#include <sys/types.h>

#include "server/base/unique_fd.h"
#include "server/net/stream.h"

namespace postern::net {

class SocketStream final : public Stream {
public:
    explicit SocketStream(UniqueFd fd) : fd_(std::move(fd)) {}

    IoResult read(char* into, std::size_t room) override;
    IoResult write(std::string_view bytes) override;
    IoResult write_both(std::string_view first, std::string_view second) override;
    IoResult flush() override { return {IoStatus::kOk, 0}; }
    bool has_buffered() const override { return !drained_; }
    void finish() override;
    int fd() const override { return fd_.get(); }
    std::uint64_t delivered() const override;

private:
    IoResult after_send(ssize_t sent);

    UniqueFd fd_;
    std::uint64_t sent_ = 0;  // handed to the kernel
    bool ended_ = false;  // the peer has
    bool drained_ = true;  // the last read came back short: with edge triggering the next event will say when there is more
};

}  // namespace postern::net
