// A Stream whose other end is the test: two byte strings, and knobs for everything a socket does to a program: bytes that
// come one at a time, a peer that takes k of them and then stalls, an end, a failure.
//   Pipe pipe;  auto stream = std::make_unique<PipeStream>(pipe);  pipe.arrive("GET / ...");
#pragma once

#include <cstddef>
#include <string>

#include "server/net/stream.h"

namespace postern::fakes {

// Outlives the stream.
struct Pipe {
    std::string inbound;             // not yet read by the stream
    std::string outbound;            // written by it
    std::size_t read_chunk = 65536;  // at most so much a read; the rest counts as buffered, as in a socket
    std::size_t write_chunk = static_cast<std::size_t>(-1);  // at most so much a write
    std::size_t window = static_cast<std::size_t>(-1);       // the peer takes so much more, then writes wait
    bool ended = false;              // after inbound the peer's end is read
    bool broken = false;             // reads and writes fail
    bool finished = false;           // finish() was called
    bool destroyed = false;
    std::uint64_t delivered = 0;     // as the stream tells it; counted by writes, the test may take some back
    int reads = 0, writes = 0;       // calls that would be system calls

    void arrive(std::string_view bytes) { inbound += bytes; }
    std::string take() {
        std::string all;
        all.swap(outbound);
        return all;
    }
};

class PipeStream final : public net::Stream {
public:
    explicit PipeStream(Pipe& pipe) : pipe_(pipe) {}
    ~PipeStream() override { pipe_.destroyed = true; }

    net::IoResult read(char* into, std::size_t room) override;
    net::IoResult write(std::string_view bytes) override;
    net::IoResult write_both(std::string_view first, std::string_view second) override;
    net::IoResult flush() override { return {net::IoStatus::kOk}; }
    bool has_buffered() const override { return !drained_; }
    void finish() override { pipe_.finished = true; }
    int fd() const override { return -1; }
    std::uint64_t delivered() const override { return pipe_.delivered; }

private:
    Pipe& pipe_;
    bool drained_ = true;
};

}  // namespace postern::fakes
