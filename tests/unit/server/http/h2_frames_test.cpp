// What one HTTP/2 connection holds while nothing happens.
#include "server/http/h2_frames.h"

#include <doctest.h>

#include "tests/unit/server/http/h2_peer.h"

namespace postern::http::test {
namespace {

class Nobody final : public H2Events {
public:
    H2Stream* begun(std::uint32_t) override { return nullptr; }
    void field(H2Stream&, std::string_view, std::string_view) override {}
    void head_complete(H2Stream&, bool) override {}
    void data(H2Stream&, std::string_view) override {}
    void complete(H2Stream&) override {}
    void closed(H2Stream&) override {}
    void chatter() override {}
    H2Piece body(H2Stream&, char*, std::size_t) override { return {}; }
};

}  // namespace

TEST_CASE("h2: an idle connection holds little") {
    Nobody nobody;
    BlockPool pool;
    const auto frames = H2Frames::make(nobody, pool);
    REQUIRE(frames != nullptr);
    std::string window(65536, '\0');
    Output out(window.data(), window.size());
    CHECK(frames->take(std::string(kPreface) + frame(kSettings, 0, 0, "")));
    CHECK(frames->write(out));
    const std::size_t before = frames->memory();
    for (std::uint32_t id = 1; id < 200; id += 2)
        CHECK(frames->take(frame(kHeaders, 5, id, head_of({{":method", "GET"}, {":scheme", "https"}, {":authority", "a.example"}, {":path", "/"},
                                                           {"user-agent", "Mozilla/5.0 (X11; Linux x86_64) of some length"}}))));
    const std::size_t busy = frames->memory();
    Output more(window.data(), window.size());
    CHECK(frames->write(more));
    MESSAGE("nghttp2 holds " << before << " bytes at first, " << busy << " with a hundred streams, " << frames->memory() << " after them");
    CHECK(frames->memory() <= 9000);
    CHECK(busy <= limits::kH2Memory / 2);
}

}  // namespace postern::http::test
