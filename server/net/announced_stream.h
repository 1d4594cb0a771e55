// A Stream over another one that begins with a PROXY header: reads that, and from then on is the one below. Established as
// soon as it is known whose the connection is; until then nothing is written.
#pragma once

#include <memory>
#include <string>

#include "server/net/proxy_header.h"
#include "server/net/stream.h"

namespace postern::net {

class AnnouncedStream final : public Stream {
public:
    explicit AnnouncedStream(std::unique_ptr<Stream> below) : below_(std::move(below)) {}

    IoResult read(char* into, std::size_t room) override;
    IoResult write(std::string_view bytes) override;
    IoResult write_both(std::string_view first, std::string_view second) override;
    IoResult flush() override { return below_->flush(); }
    bool has_buffered() const override { return (established() && !kept_.empty()) || below_->has_buffered(); }
    void finish() override;
    bool established() const override { return header_.state == ProxyHeader::State::kComplete; }
    int fd() const override { return below_->fd(); }
    std::uint64_t delivered() const override { return below_->delivered(); }

    const ProxyHeader& header() const { return header_; }

private:
    IoStatus read_header();

    std::unique_ptr<Stream> below_;
    std::string kept_;  // of the header; then what was read behind it
    ProxyHeader header_;
};

}  // namespace postern::net
