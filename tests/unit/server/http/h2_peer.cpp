#include "tests/unit/server/http/h2_peer.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstring>

namespace postern::http::test {

struct H2Peer::Calls {
    static H2Peer& of(void* user) { return *static_cast<H2Peer*>(user); }

    static int field(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                     const std::uint8_t* value, std::size_t size, std::uint8_t, void* user) {
        H2Answer& answer = of(user).answers[static_cast<std::uint32_t>(frame->hd.stream_id)];
        const std::string key(reinterpret_cast<const char*>(name), name_size), text(reinterpret_cast<const char*>(value), size);
        if (key != ":status") answer.fields[key] += answer.fields[key].empty() ? text : ", " + text;
        else if (text[0] == '1') answer.interim.push_back(std::stoi(text));
        else answer.status = std::stoi(text);
        return 0;
    }
    static int data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* bytes, std::size_t size, void* user) {
        of(user).answers[static_cast<std::uint32_t>(id)].body.append(reinterpret_cast<const char*>(bytes), size);
        return 0;
    }
    static int frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
        H2Peer& self = of(user);
        const auto id = static_cast<std::uint32_t>(frame->hd.stream_id);
        if (frame->hd.type == NGHTTP2_PING && (frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) ++self.pongs;
        if (frame->hd.type == NGHTTP2_GOAWAY) self.goaway = frame->goaway.error_code;
        if (frame->hd.type == NGHTTP2_RST_STREAM) self.answers[id].reset = frame->rst_stream.error_code;
        const bool ends = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
        if ((frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) && ends) self.answers[id].complete = true;
        return 0;
    }
    static nghttp2_ssize body(nghttp2_session*, std::int32_t id, std::uint8_t* into, std::size_t room, std::uint32_t* flags,
                              nghttp2_data_source*, void* user) {
        std::string& rest = of(user).bodies_[static_cast<std::uint32_t>(id)];
        const bool ends = of(user).ends_[static_cast<std::uint32_t>(id)];
        const std::size_t size = std::min({room, rest.size(), std::size_t{1000}});  // our nghttp2 has small buffers
        if (size == 0 && !ends) return NGHTTP2_ERR_DEFERRED;
        std::memcpy(into, rest.data(), size);
        rest.erase(0, size);
        if (rest.empty() && ends) *flags |= NGHTTP2_DATA_FLAG_EOF;
        return static_cast<nghttp2_ssize>(size);
    }
};

H2Peer::H2Peer(std::size_t max_body, std::size_t room, std::uint32_t window)
    : session(make_h2_session(scratch, max_body)), room_(room) {
    context.wall = WallTime(Seconds(784111777));  // Sun, 06 Nov 1994 08:49:37 GMT
    context.now = SteadyTime(Seconds(1000));
    nghttp2_session_callbacks* calls = nullptr;
    nghttp2_session_callbacks_new(&calls);
    nghttp2_session_callbacks_set_on_header_callback(calls, Calls::field);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(calls, Calls::data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(calls, Calls::frame);
    nghttp2_option* option = nullptr;
    nghttp2_option_new(&option);
    nghttp2_option_set_no_http_messaging(option, 1);  // what is malformed goes out as it is
    nghttp2_option_set_peer_max_concurrent_streams(option, 1000);
    nghttp2_session_client_new2(&client_, calls, this, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(calls);
    const nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, window}};
    nghttp2_submit_settings(client_, NGHTTP2_FLAG_NONE, settings, 1);
}

H2Peer::~H2Peer() { nghttp2_session_del(client_); }

std::uint32_t H2Peer::ask(const std::string& method, const std::string& path, const Pairs& more, bool ends) {
    Pairs fields{{":method", method}, {":scheme", "https"}, {":authority", "a.example"}, {":path", path}};
    fields.insert(fields.end(), more.begin(), more.end());
    return ask(fields, ends);
}

std::uint32_t H2Peer::ask(const Pairs& fields, bool ends) {
    std::vector<nghttp2_nv> pairs;
    auto bytes = [](const std::string& text) { return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data())); };
    for (const auto& [name, value] : fields) pairs.push_back({bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
    nghttp2_data_provider2 body{};
    body.read_callback = Calls::body;
    return static_cast<std::uint32_t>(nghttp2_submit_request2(client_, nullptr, pairs.data(), pairs.size(), ends ? nullptr : &body, nullptr));
}

void H2Peer::say(std::uint32_t id, const std::string& body, bool ends) {
    bodies_[id] += body;
    ends_[id] = ends;
    nghttp2_session_resume_data(client_, static_cast<std::int32_t>(id));
}

void H2Peer::reset(std::uint32_t id) { nghttp2_submit_rst_stream(client_, NGHTTP2_FLAG_NONE, static_cast<std::int32_t>(id), NGHTTP2_CANCEL); }
void H2Peer::ping() { nghttp2_submit_ping(client_, NGHTTP2_FLAG_NONE, nullptr); }
void H2Peer::open_window(std::uint32_t id, int more) { nghttp2_submit_window_update(client_, NGHTTP2_FLAG_NONE, static_cast<std::int32_t>(id), more); }

void H2Peer::take_from_server(std::string_view bytes) {
    sent += bytes.size();
    unparsed_ += bytes;
    auto byte = [&](std::size_t at) { return static_cast<std::uint32_t>(static_cast<unsigned char>(unparsed_[at])); };
    while (unparsed_.size() >= 9) {
        const std::size_t size = byte(0) << 16 | byte(1) << 8 | byte(2);
        if (unparsed_.size() < 9 + size) break;
        seen.push_back({static_cast<int>(byte(3)), static_cast<int>(byte(4)), byte(5) << 24 | byte(6) << 16 | byte(7) << 8 | byte(8),
                        unparsed_.substr(9, size)});
        unparsed_.erase(0, 9 + size);
    }
    if (raw_) return;
    const auto taken = nghttp2_session_mem_recv2(client_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    if (taken < 0 || static_cast<std::size_t>(taken) != bytes.size()) lost = true;
}

void H2Peer::give(std::string_view bytes) {
    std::string window(room_, '\0');
    while (!bytes.empty() && session->phase() != Phase::kClosing) {
        Output out(window.data(), window.size());
        const std::size_t taken = session->feed(bytes, handler, context, out);
        bytes.remove_prefix(taken);
        take_from_server(out.bytes());
        if (taken == 0) break;
    }
    do {
        Output out(window.data(), window.size());
        session->resume(context, out);
        take_from_server(out.bytes());
    } while (session->has_output());
}

void H2Peer::talk(std::size_t chunk) {
    for (;;) {
        std::string bytes;
        const std::uint8_t* data = nullptr;
        for (nghttp2_ssize size = 0; (size = nghttp2_session_mem_send2(client_, &data)) > 0;)
            bytes.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
        if (bytes.empty()) return;
        for (std::size_t at = 0; at < bytes.size(); at += std::min(chunk, bytes.size() - at)) give(std::string_view(bytes).substr(at, chunk));
    }
}

void H2Peer::raw(std::string_view bytes) {
    raw_ = true;
    give(bytes);
}

const SeenFrame* H2Peer::find(int type, std::uint32_t stream) const {
    for (auto at = seen.rbegin(); at != seen.rend(); ++at)
        if (at->type == type && at->stream == stream) return &*at;
    return nullptr;
}

std::uint32_t SeenFrame::code() const {
    const std::string_view four = std::string_view(payload).substr(type == kGoaway ? 4 : 0, 4);
    std::uint32_t number = 0;
    for (const char c : four) number = number << 8 | static_cast<unsigned char>(c);
    return number;
}

void H2Peer::wake() {
    give({});
    if (!raw_) talk();
}

void H2Peer::time_out() {
    std::string window(room_, '\0');
    Output out(window.data(), window.size());
    session->time_out(out, context);
    take_from_server(out.bytes());
    give({});
    if (!raw_) talk();
}

std::string frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, std::string_view payload) {
    std::string text;
    for (const int shift : {16, 8, 0}) text += static_cast<char>(payload.size() >> shift);
    text += static_cast<char>(type);
    text += static_cast<char>(flags);
    for (const int shift : {24, 16, 8, 0}) text += static_cast<char>(stream >> shift);
    return text += payload;
}

std::string literal(std::string_view name, std::string_view value) {
    std::string text(1, '\0');
    for (const std::string_view part : {name, value}) {
        if (part.size() < 127) {
            text += static_cast<char>(part.size());
        } else {  // RFC 7541 section 5.1
            text += '\x7f';
            std::size_t rest = part.size() - 127;
            for (; rest >= 128; rest /= 128) text += static_cast<char>(rest % 128 + 128);
            text += static_cast<char>(rest);
        }
        text += part;
    }
    return text;
}

std::string head_of(const Pairs& fields) {
    std::string text;
    for (const auto& [name, value] : fields) text += literal(name, value);
    return text;
}

}  // namespace postern::http::test
