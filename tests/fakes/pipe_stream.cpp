#include "tests/fakes/pipe_stream.h"

#include <algorithm>
#include <cstring>

namespace postern::fakes {

using net::IoResult;
using net::IoStatus;

IoResult PipeStream::read(char* into, std::size_t room) {
    pipe_.reads++;
    drained_ = true;
    if (pipe_.broken) return {IoStatus::kFailed};
    std::size_t n = std::min({room, pipe_.read_chunk, pipe_.inbound.size()});
    if (n == 0) return {pipe_.ended ? IoStatus::kEnd : IoStatus::kWait};
    std::memcpy(into, pipe_.inbound.data(), n);
    pipe_.inbound.erase(0, n);
    drained_ = pipe_.inbound.empty();
    return {IoStatus::kOk, n};
}

IoResult PipeStream::write(std::string_view bytes) {
    pipe_.writes++;
    if (pipe_.broken || pipe_.finished) return {IoStatus::kFailed};
    std::size_t n = std::min({bytes.size(), pipe_.write_chunk, pipe_.window});
    if (n == 0) return {IoStatus::kWait};
    pipe_.outbound.append(bytes.substr(0, n));
    pipe_.delivered += n;
    if (pipe_.window != static_cast<std::size_t>(-1)) pipe_.window -= n;
    return {IoStatus::kOk, n};
}

IoResult PipeStream::write_both(std::string_view first, std::string_view second) {
    return write(std::string(first).append(second));
}

}  // namespace postern::fakes
