#include "server/site/packed_body.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace postern::site {

using Then = GzipStream::Then;

std::unique_ptr<PackedBody> PackedBody::make(std::unique_ptr<http::LiveSource>& inner, std::shared_ptr<PackingPlaces> places, http::Rouser& rouser) {
    if (places->taken >= limits::kPackedAnswers) return nullptr;
    auto body = std::make_unique<PackedBody>(std::move(places), rouser);
    if (!body->gzip_.is_ready()) return nullptr;
    body->inner_ = std::move(inner);
    return body;
}

PackedBody::PackedBody(std::shared_ptr<PackingPlaces> places, http::Rouser& rouser) : places_(std::move(places)), rouser_(rouser) { ++places_->taken; }

PackedBody::~PackedBody() { --places_->taken; }

// A compressor that is to flush into less than a few bytes begins anew each time.
std::size_t PackedBody::read(char* into, std::size_t room) {
    if (waiting() == 0 && room >= spill_.size()) return pack(into, room);
    if (waiting() == 0) {
        spill_at_ = 0;
        spill_size_ = pack(spill_.data(), spill_.size());
    }
    const std::size_t size = std::min(room, waiting());
    std::memcpy(into, spill_.data() + spill_at_, size);
    spill_at_ += size;
    return size;
}

std::size_t PackedBody::pack(char* into, std::size_t room) {
    std::size_t made = 0;
    while (made < room && !done_) {
        if (then_ == Then::kMore && in_at_ == in_size_ && !fill()) break;
        const GzipStream::Step step = gzip_.pack(std::span(in_).subspan(in_at_, in_size_ - in_at_), into + made, room - made, then_);
        in_at_ += step.taken;
        made += step.made;
        if (!step.done || then_ == Then::kMore) continue;
        done_ = then_ == Then::kEnd;
        unflushed_ = false;
        then_ = Then::kMore;
        break;
    }
    if (made > 0 || done_) return made;
    if (is_over()) rouser_.rouse();  // there may be more, but others come first
    return 0;
}

// Its share of the loop's turn.
bool PackedBody::is_over() {
    if (turn_ != rouser_.turn()) spent_ = 0;
    turn_ = rouser_.turn();
    return spent_ >= std::max(limits::kPackedPiece, limits::kPackedTurn / places_->taken);
}

// False: nothing for the compressor to do now.
bool PackedBody::fill() {
    if (is_over()) return false;
    in_at_ = 0;
    in_size_ = inner_->read(in_.data(), in_.size());
    spent_ += in_size_;
    if (in_size_ > 0) {
        unflushed_ = true;
        return true;
    }
    cut_ = inner_->failed();
    if (!cut_ && inner_->ended()) then_ = Then::kEnd;
    else if (unflushed_) then_ = Then::kFlush;
    else done_ = cut_;
    return then_ != Then::kMore;
}

std::optional<std::string> packed(std::string& body) {
    GzipStream stream;
    if (!stream.is_ready()) return std::nullopt;
    std::string out(body.size() + body.size() / 4 + 64, '\0');  // more than zlib makes of the worst
    const GzipStream::Step step = stream.pack(body, out.data(), out.size(), Then::kEnd);
    if (!step.done) return std::nullopt;
    out.resize(step.made);
    return out;
}

}  // namespace postern::site
