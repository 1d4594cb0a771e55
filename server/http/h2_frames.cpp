#include "server/http/h2_frames.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "server/base/limits.h"
#include "server/http/counted_heap.h"

namespace postern::http {

namespace {

constexpr std::size_t kFrameHead = 9;       // RFC 9113 section 4.1
constexpr std::size_t kLeastPiece = 1024;   // a smaller rest of room waits for the next buffer
constexpr std::size_t kMostFields = 64;     // of an answer of ours
constexpr std::size_t kFieldOverhead = 32;  // RFC 7541 section 4.1

CountedHeap& heap_of(void* user) { return *static_cast<CountedHeap*>(user); }

std::string_view text_of(nghttp2_rcbuf* buffer) {
    const nghttp2_vec bytes = nghttp2_rcbuf_get_buf(buffer);
    return {reinterpret_cast<const char*>(bytes.base), bytes.len};
}

std::uint8_t* bytes_of(std::string_view text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));  // NOLINT(cppcoreguidelines-pro-type-const-cast): C; it copies
}

nghttp2_nv pair_of(std::string_view name, std::string_view value) {
    return {bytes_of(name), bytes_of(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

std::array<char, 3> digits_of(std::uint16_t status) {
    return {static_cast<char>('0' + status / 100 % 10), static_cast<char>('0' + status / 10 % 10), static_cast<char>('0' + status % 10)};
}

}  // namespace

struct H2Frames::Impl {
    Impl(H2Events& to, BlockPool& pool) : events(to), heap(limits::kH2Memory, pool) {}
    ~Impl() { nghttp2_session_del(session); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    bool start();
    bool is_forbidden(const nghttp2_frame_hd& head);
    H2Stream* stream(std::int32_t id) const { return static_cast<H2Stream*>(nghttp2_session_get_stream_user_data(session, id)); }

    // What nghttp2 calls back.
    static const nghttp2_session_callbacks* callbacks();
    static const nghttp2_option* options();
    static Impl& of(void* user) { return *static_cast<Impl*>(user); }
    static int frame_begun(nghttp2_session*, const nghttp2_frame_hd* head, void* user);
    static int head_begun(nghttp2_session* session, const nghttp2_frame* frame, void* user);
    static int field_came(nghttp2_session* session, const nghttp2_frame* frame, nghttp2_rcbuf* name, nghttp2_rcbuf* value, std::uint8_t, void* user);
    static int bad_field_came(nghttp2_session* session, const nghttp2_frame* frame, nghttp2_rcbuf*, nghttp2_rcbuf*, std::uint8_t, void*);
    static int data_came(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* data, std::size_t size, void* user);
    static int frame_came(nghttp2_session*, const nghttp2_frame* frame, void* user);
    static int frame_sent(nghttp2_session* session, const nghttp2_frame* frame, void* user);
    static int stream_closed(nghttp2_session*, std::int32_t id, std::uint32_t, void* user);
    static nghttp2_ssize bytes_out(nghttp2_session*, const std::uint8_t* data, std::size_t size, int, void* user);
    static nghttp2_ssize piece_wanted(nghttp2_session*, std::int32_t id, std::uint8_t*, std::size_t most, std::uint32_t* flags,
                                      nghttp2_data_source*, void* user);
    static int piece_out(nghttp2_session*, nghttp2_frame*, const std::uint8_t* head, std::size_t size, nghttp2_data_source*, void* user);

    H2Events& events;
    CountedHeap heap;
    nghttp2_session* session = nullptr;
    Output* out = nullptr;  // during write()
    bool greeted = false;   // the peer's first SETTINGS have come
    std::int32_t head_of = 0;   // the stream whose field section has begun and not ended; 0: none
    std::size_t section = 0;    // its size so far, as RFC 9113 section 6.5.2 counts it
    std::int32_t newest = -1, left_out_from = 0, left_out_to = -1;  // numbers of streams
};

const nghttp2_session_callbacks* H2Frames::Impl::callbacks() {
    static const nghttp2_session_callbacks* const made = [] {
        nghttp2_session_callbacks* all = nullptr;
        if (nghttp2_session_callbacks_new(&all) != 0) return all;
        nghttp2_session_callbacks_set_on_begin_frame_callback(all, frame_begun);
        nghttp2_session_callbacks_set_on_begin_headers_callback(all, head_begun);
        nghttp2_session_callbacks_set_on_header_callback2(all, field_came);
        nghttp2_session_callbacks_set_on_invalid_header_callback2(all, bad_field_came);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(all, data_came);
        nghttp2_session_callbacks_set_on_frame_recv_callback(all, frame_came);
        nghttp2_session_callbacks_set_on_frame_send_callback(all, frame_sent);
        nghttp2_session_callbacks_set_on_stream_close_callback(all, stream_closed);
        nghttp2_session_callbacks_set_send_callback2(all, bytes_out);
        nghttp2_session_callbacks_set_send_data_callback(all, piece_out);
        return all;
    }();
    return made;
}

const nghttp2_option* H2Frames::Impl::options() {
    static const nghttp2_option* const made = [] {
        nghttp2_option* option = nullptr;
        if (nghttp2_option_new(&option) != 0) return option;
        nghttp2_option_set_no_closed_streams(option, 1);
        nghttp2_option_set_no_auto_window_update(option, 1);
        nghttp2_option_set_max_outbound_ack(option, limits::kH2Acks);
        nghttp2_option_set_max_settings(option, limits::kH2Settings);
        nghttp2_option_set_max_deflate_dynamic_table_size(option, limits::kH2TableOut);
        nghttp2_option_set_stream_reset_rate_limit(option, limits::kH2Resets, limits::kH2ResetsPerSecond);
        nghttp2_option_set_glitch_rate_limit(option, limits::kH2Glitches, limits::kH2ResetsPerSecond);
        nghttp2_option_set_max_continuations(option, limits::kH2Continuations);
        return option;
    }();
    return made;
}

bool H2Frames::Impl::start() {
    nghttp2_mem memory{&heap, [](std::size_t size, void* user) { return heap_of(user).get(size); },
                       [](void* block, void* user) { heap_of(user).drop(block); },
                       [](std::size_t count, std::size_t size, void* user) { return heap_of(user).get_zeroed(count, size); },
                       [](void* block, std::size_t size, void* user) { return heap_of(user).get_again(block, size); }};
    if (callbacks() == nullptr || options() == nullptr) return false;
    if (nghttp2_session_server_new3(&session, callbacks(), this, options(), &memory) != 0) return false;
    const std::array settings{
        nghttp2_settings_entry{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits::kH2Streams},
        nghttp2_settings_entry{NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits::kRequestHead)},
        nghttp2_settings_entry{NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
    };
    // A body that nobody takes for a while must not keep those of other streams from coming.
    return nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings.data(), settings.size()) == 0 &&
           nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, limits::kH2Window) == 0;
}

int H2Frames::Impl::head_begun(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    Impl& self = of(user);
    self.head_of = frame->hd.stream_id;
    self.section = 0;
    if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    const std::int32_t id = frame->hd.stream_id;
    H2Stream* const begun = self.events.begun(static_cast<std::uint32_t>(id));
    if (begun != nullptr) return nghttp2_session_set_stream_user_data(session, id, begun) == 0 ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
    return nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_REFUSED_STREAM) == 0 ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
}

// What nghttp2 lets pass although RFC 9113 does not: PRIORITY of no stream (section 6.3), and a stream that opens below a later
// one (section 5.1.1), as far as the latest numbers that were left out tell. One that was open once may have been reset by us, and
// its trailers be under way.
bool H2Frames::Impl::is_forbidden(const nghttp2_frame_hd& head) {
    if (head.type == NGHTTP2_PRIORITY) return head.stream_id == 0;
    if (head.type != NGHTTP2_HEADERS || head.stream_id % 2 == 0) return false;
    if (head.stream_id <= newest) return head.stream_id >= left_out_from && head.stream_id <= left_out_to;
    if (head.stream_id > newest + 2) {
        left_out_from = newest + 1;
        left_out_to = head.stream_id - 2;
    }
    newest = head.stream_id;
    return false;
}

int H2Frames::Impl::frame_begun(nghttp2_session* session, const nghttp2_frame_hd* head, void* user) {
    if (of(user).is_forbidden(*head) && nghttp2_session_terminate_session(session, NGHTTP2_PROTOCOL_ERROR) != 0) return NGHTTP2_ERR_CALLBACK_FAILURE;
    const bool ends = (head->flags & NGHTTP2_FLAG_END_STREAM) != 0;
    const bool carries = head->type == NGHTTP2_HEADERS || head->type == NGHTTP2_CONTINUATION ||
                         (head->type == NGHTTP2_DATA && (ends || head->length > 0));
    if (!carries) of(user).events.chatter();
    return 0;
}

// A byte of input may stand for four thousand of the table: what is far too long is not gone through to its end. nghttp2 only keeps
// its table in step from there on.
int H2Frames::Impl::field_came(nghttp2_session* session, const nghttp2_frame* frame, nghttp2_rcbuf* name, nghttp2_rcbuf* value,
                               std::uint8_t, void* user) {
    Impl& self = of(user);
    const std::string_view key = text_of(name), text = text_of(value);
    self.section += key.size() + text.size() + kFieldOverhead;
    if (self.section > 2 * limits::kRequestHead) {  // a little too much is answered
        self.events.chatter();
        const int put = nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_ENHANCE_YOUR_CALM);
        return put == 0 ? NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE : NGHTTP2_ERR_CALLBACK_FAILURE;
    }
    H2Stream* const stream = self.stream(frame->hd.stream_id);
    if (stream != nullptr && frame->headers.cat == NGHTTP2_HCAT_REQUEST) self.events.field(*stream, key, text);
    return 0;
}

// Without this it would be left out, and the rest served.
int H2Frames::Impl::bad_field_came(nghttp2_session* session, const nghttp2_frame* frame, nghttp2_rcbuf*, nghttp2_rcbuf*, std::uint8_t, void*) {
    const int put = nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_PROTOCOL_ERROR);
    return put == 0 ? NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE : NGHTTP2_ERR_CALLBACK_FAILURE;
}

int H2Frames::Impl::data_came(nghttp2_session* session, std::uint8_t, std::int32_t id, const std::uint8_t* data, std::size_t size, void* user) {
    H2Stream* const stream = of(user).stream(id);
    if (stream == nullptr) return nghttp2_session_consume(session, id, size) == 0 ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
    of(user).events.data(*stream, {reinterpret_cast<const char*>(data), size});
    return 0;
}

int H2Frames::Impl::frame_came(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Impl& self = of(user);
    const bool heads = frame->hd.type == NGHTTP2_HEADERS, carries = frame->hd.type == NGHTTP2_DATA;
    const bool ends = (heads || carries) && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (heads) self.head_of = 0;
    if (frame->hd.type == NGHTTP2_SETTINGS) self.greeted = true;
    H2Stream* const stream = heads || carries ? self.stream(frame->hd.stream_id) : nullptr;
    if (stream == nullptr) return 0;
    if (heads && frame->headers.cat == NGHTTP2_HCAT_REQUEST) self.events.head_complete(*stream, !ends);
    else if (ends) self.events.complete(*stream);
    return 0;
}

// An answer that did not wait for the whole request ends the stream all the same (RFC 9113 section 8.1).
int H2Frames::Impl::frame_sent(nghttp2_session* session, const nghttp2_frame* frame, void*) {
    const bool ends = (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (!ends || nghttp2_session_get_stream_remote_close(session, frame->hd.stream_id) != 0) return 0;
    return nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_NO_ERROR);
}

int H2Frames::Impl::stream_closed(nghttp2_session* session, std::int32_t id, std::uint32_t, void* user) {
    Impl& self = of(user);
    if (id == self.head_of) self.head_of = 0;  // it was malformed
    H2Stream* const stream = self.stream(id);
    if (stream == nullptr) return 0;
    (void)nghttp2_session_set_stream_user_data(session, id, nullptr);
    self.events.closed(*stream);
    return 0;
}

nghttp2_ssize H2Frames::Impl::bytes_out(nghttp2_session*, const std::uint8_t* data, std::size_t size, int, void* user) {
    Output& out = *of(user).out;
    const std::size_t fits = std::min(size, out.room());
    if (fits == 0) return NGHTTP2_ERR_WOULDBLOCK;
    (void)out.append({reinterpret_cast<const char*>(data), fits});
    return static_cast<nghttp2_ssize>(fits);
}

// Puts the bytes where they belong in the output, behind the room for their frame's head: piece_out() follows at once.
nghttp2_ssize H2Frames::Impl::piece_wanted(nghttp2_session*, std::int32_t id, std::uint8_t*, std::size_t most, std::uint32_t* flags,
                                           nghttp2_data_source*, void* user) {
    Impl& self = of(user);
    H2Stream* const stream = self.stream(id);
    if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    Output& out = *self.out;
    if (out.room() < kFrameHead + (out.size() > 0 ? kLeastPiece : 1)) return NGHTTP2_ERR_PAUSE;
    const std::size_t room = std::min(most, out.room() - kFrameHead);
    const H2Piece piece = self.events.body(*stream, out.tail() + kFrameHead, room);
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    switch (piece.state) {
        case H2Piece::State::kNothingYet: return NGHTTP2_ERR_DEFERRED;
        case H2Piece::State::kFailed: return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
        case H2Piece::State::kLast: *flags |= NGHTTP2_DATA_FLAG_EOF; break;
        case H2Piece::State::kMore: break;
    }
    return static_cast<nghttp2_ssize>(std::min(piece.size, room));
}

int H2Frames::Impl::piece_out(nghttp2_session*, nghttp2_frame*, const std::uint8_t* head, std::size_t size, nghttp2_data_source*, void* user) {
    Output& out = *of(user).out;
    std::memcpy(out.tail(), head, kFrameHead);
    out.advance(kFrameHead + size);
    return 0;
}

H2Frames::H2Frames(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
H2Frames::~H2Frames() = default;

std::unique_ptr<H2Frames> H2Frames::make(H2Events& events, BlockPool& pool) {
    auto impl = std::make_unique<Impl>(events, pool);
    if (!impl->start()) return nullptr;
    return std::unique_ptr<H2Frames>(new H2Frames(std::move(impl)));
}

bool H2Frames::take(std::string_view bytes) {
    const auto taken = nghttp2_session_mem_recv2(impl_->session, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    return taken >= 0 && static_cast<std::size_t>(taken) == bytes.size();
}

bool H2Frames::write(Output& out) {
    impl_->out = &out;
    const int result = nghttp2_session_send(impl_->session);
    impl_->out = nullptr;
    return result == 0;
}

bool H2Frames::expects_more() const { return nghttp2_session_want_read(impl_->session) != 0; }
bool H2Frames::has_output() const { return nghttp2_session_want_write(impl_->session) != 0; }
bool H2Frames::in_head() const { return !impl_->greeted || impl_->head_of != 0; }
std::size_t H2Frames::memory() const { return impl_->heap.used(); }

bool H2Frames::answer(std::uint32_t id, std::uint16_t status, std::span<const FieldView> fields, bool with_body) {
    const auto digits = digits_of(status);
    std::array<nghttp2_nv, kMostFields + 1> pairs;
    std::size_t count = 0;
    pairs[count++] = pair_of(":status", {digits.data(), digits.size()});
    for (const FieldView& field : fields.first(std::min(fields.size(), kMostFields))) pairs[count++] = pair_of(field.name, field.value);
    nghttp2_data_provider2 body{};
    body.read_callback = Impl::piece_wanted;
    return nghttp2_submit_response2(impl_->session, static_cast<std::int32_t>(id), pairs.data(), count, with_body ? &body : nullptr) == 0;
}

bool H2Frames::go_on(std::uint32_t id) {
    const nghttp2_nv status = pair_of(":status", "100");
    return nghttp2_submit_headers(impl_->session, NGHTTP2_FLAG_NONE, static_cast<std::int32_t>(id), nullptr, &status, 1, nullptr) == 0;
}

bool H2Frames::consumed(std::uint32_t id, std::size_t bytes) {
    return nghttp2_session_consume(impl_->session, static_cast<std::int32_t>(id), bytes) == 0;
}

bool H2Frames::resume(std::uint32_t id) {
    const int result = nghttp2_session_resume_data(impl_->session, static_cast<std::int32_t>(id));
    return result == 0 || result == NGHTTP2_ERR_INVALID_ARGUMENT;  // nothing was put off
}

bool H2Frames::reset(std::uint32_t id, H2Error why) {
    return nghttp2_submit_rst_stream(impl_->session, NGHTTP2_FLAG_NONE, static_cast<std::int32_t>(id), static_cast<std::uint32_t>(why)) == 0;
}

bool H2Frames::go_away(H2Error why) {
    if (why != H2Error::kNone) return nghttp2_session_terminate_session(impl_->session, static_cast<std::uint32_t>(why)) == 0;
    return nghttp2_submit_goaway(impl_->session, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(impl_->session),
                                 NGHTTP2_NO_ERROR, nullptr, 0) == 0;
}

}  // namespace postern::http
