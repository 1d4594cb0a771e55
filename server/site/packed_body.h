// A body that comes as things happen, compressed on its way. Used by packed_answers; knows nothing of its fields.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "server/base/upstream_limits.h"
#include "server/http/live.h"
#include "server/http/rouser.h"
#include "server/site/deflate.h"

namespace postern::site {

// How many of them a loop has: each holds a compressor. On its thread alone.
struct PackingPlaces {
    std::size_t taken = 0;
};

// Holds a compressor and one piece of what came, no more. What came goes out when no more is there just now, and with more
// behind it where that is at hand. An end that is none stays so: what came goes out, but gzip's end does not.
class PackedBody final : public http::LiveSource {
public:
    // Null: no place for it, or no memory; `inner` is as it was. `rouser` stays while this does.
    static std::unique_ptr<PackedBody> make(std::unique_ptr<http::LiveSource>& inner, std::shared_ptr<PackingPlaces> places, http::Rouser& rouser);

    PackedBody(std::shared_ptr<PackingPlaces> places, http::Rouser& rouser);
    ~PackedBody() override;
    PackedBody(const PackedBody&) = delete;
    PackedBody& operator=(const PackedBody&) = delete;

    std::size_t read(char* into, std::size_t room) override;
    bool ended() const override { return done_ && waiting() == 0; }
    bool failed() const override { return cut_ && ended(); }
    bool keeps_time() const override { return inner_->keeps_time(); }

private:
    std::size_t waiting() const { return spill_size_ - spill_at_; }
    std::size_t pack(char* into, std::size_t room);
    bool fill();
    bool is_over();

    std::shared_ptr<PackingPlaces> places_;
    http::Rouser& rouser_;
    std::unique_ptr<http::LiveSource> inner_;
    GzipStream gzip_;
    GzipStream::Then then_ = GzipStream::Then::kMore;
    std::size_t in_at_ = 0, in_size_ = 0, spill_at_ = 0, spill_size_ = 0;
    std::size_t spent_ = 0;   // bytes of this turn
    std::uint64_t turn_ = 0;
    bool unflushed_ = false, cut_ = false, done_ = false;
    std::array<char, 64> spill_;  // what has come out where there was less room than that
    std::array<char, limits::kPackedPiece> in_;
};

// The same of a small one that is there whole; nothing without memory. `body` is not changed.
std::optional<std::string> packed(std::string& body);

}  // namespace postern::site
