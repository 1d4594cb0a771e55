#include "server/http/h1_relay.h"

#include <algorithm>

namespace postern::http {

H1Relay::Step H1Relay::take(std::string_view in) {
    if (!has_room()) return {};
    const Step step = take_some(in);
    if (step.state == State::kMore) sink_->push();
    return step;
}

H1Relay::Step H1Relay::take_some(std::string_view in) {
    in = in.substr(0, sink_->room());
    if (form_ == Form::kChunked) return take_chunked(in);
    if (form_ == Form::kLength) in = in.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, in.size())));
    sink_->take(in);
    went_ += in.size();
    if (form_ == Form::kTunnel) return {State::kMore, in.size()};
    left_ -= in.size();
    if (left_ > 0) return {State::kMore, in.size()};
    sink_->end();
    return {State::kDone, in.size()};
}

// Framing and data together are no more than the sink has room for.
H1Relay::Step H1Relay::take_chunked(std::string_view in) {
    Step all;
    while (all.taken < in.size()) {
        const ChunkedDecoder::Step step = chunks_.next(in.substr(all.taken));
        if (step.state == ChunkedDecoder::State::kBad) return {State::kBad, all.taken};
        if (!step.data.empty()) sink_->take(step.data);
        all.taken += step.taken;
        went_ += step.data.size();
        if (step.state == ChunkedDecoder::State::kMore) continue;
        sink_->end();
        return {State::kDone, all.taken};
    }
    return all;
}

bool H1Relay::took(std::size_t bytes) {
    if (went_ < bytes) return false;
    went_ = 0;
    return true;
}

}  // namespace postern::http
