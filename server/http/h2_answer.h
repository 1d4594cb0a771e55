// An answer on its way over HTTP/2: its fields as nghttp2 wants them, and its body as the peer's window takes it. For h2_session.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "server/http/h2_frames.h"
#include "server/http/live.h"
#include "server/http/message.h"

namespace postern::http {

// The fields of `response`, its lines, and what the session adds. Views all of them; what stands first is kept where there are
// too many.
class H2Fields {
public:
    // `date` is the whole line.
    H2Fields(const Response& response, bool head_only, std::string_view date);
    H2Fields(const H2Fields&) = delete;  // views itself
    H2Fields& operator=(const H2Fields&) = delete;

    std::span<const FieldView> all() const { return {fields_.data(), count_}; }

private:
    void add(std::string_view name, std::string_view value);
    void add_lines(std::string_view lines);

    static constexpr std::size_t kMost = 64;
    std::array<FieldView, kMost> fields_;
    std::size_t count_ = 0;
    std::array<char, 20> digits_;  // of 2^64
};

// Owns what is still to be sent of one body.
class H2Body {
public:
    // Takes the body out of `response`, whose head is sent. False: there is none.
    bool take(Response& response, bool head_only);
    // Up to `room` next bytes. `ending`: a live body says its end now, whatever else it had to say.
    H2Piece next(char* into, std::size_t room, bool ending);
    bool is_live() const { return live_ != nullptr; }
    bool has_source() const { return source_ != nullptr; }
    bool keeps_time() const { return live_ && live_->keeps_time(); }
    bool failed() const { return live_ && live_->failed(); }

private:
    std::shared_ptr<const Prebuilt> prebuilt_;
    std::string own_;
    std::string_view rest_;  // views `prebuilt_`, `own_` or the program's own data
    std::unique_ptr<BodySource> source_;
    std::uint64_t source_left_ = 0;
    std::unique_ptr<LiveSource> live_;
};

}  // namespace postern::http
