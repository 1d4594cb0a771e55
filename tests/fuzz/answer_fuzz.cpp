// The head of an upstream's answer, and the path under which a request goes to it, on any bytes. Beyond not crashing: what is passed
// on are whole lines without a way to begin another; more bytes never change what was complete; a settled path is settled.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "server/proxy/forward_path.h"
#include "server/proxy/response_head.h"

namespace postern::proxy {
namespace {

void require(bool truth, const char* what) {
    if (truth) return;
    static_cast<void>(std::fprintf(stderr, "not so: %s\n", what));
    std::abort();
}

void check_lines(std::string_view lines) {
    while (!lines.empty()) {
        const std::size_t end = lines.find("\r\n");
        require(end != lines.npos && end > 0, "lines are whole and none is empty");
        const std::string_view line = lines.substr(0, end);
        require(line.find(": ") != line.npos && line.find(": ") > 0, "a line has a name");
        for (const char c : line) require(c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f), "a line holds no control");
        lines.remove_prefix(end + 2);
    }
}

void check_head(std::string_view bytes, bool to_head) {
    const Mapping mapping{"127.0.0.1:80", "/base", "/app"};
    ResponseHead head;
    const ParsedHead parsed = parse_response(bytes, to_head, mapping, head);
    if (parsed.state != ParseState::kComplete) return;
    require(parsed.size <= bytes.size() && parsed.size > 0, "a head lies within the bytes");
    require(head.status >= 100 && head.status <= 599, "a status is one");
    require(head.body == ResponseHead::Body::kNone || !to_head, "HEAD has no body");
    require(head.body != ResponseHead::Body::kToTheEnd || !head.keep_alive, "what ends with its connection is its last");
    check_lines(head.lines);
    ResponseHead again;
    const ParsedHead longer = parse_response(std::string(bytes) + "more", to_head, mapping, again);
    require(longer.state == parsed.state && longer.size == parsed.size && again.lines == head.lines, "what follows changes nothing");
    ResponseHead shorter;
    require(parse_response(bytes.substr(0, parsed.size - 1), to_head, mapping, shorter).state == ParseState::kPartial, "less is not complete");
}

void check_path(std::string_view raw) {
    const auto settled = settled_path(raw);
    if (!settled) return;
    require(settled->front() == '/' && settled_path(*settled) == settled, "settled is settled");
    const std::string inside = *settled + "/";
    require(inside.find("/../") == inside.npos && inside.find("/./") == inside.npos && settled->find("//") == settled->npos, "no dots, no double slashes");
    require(settled->find_first_of(" \r\n\t#\\") == settled->npos, "nothing that ends a target");
}

}  // namespace
}  // namespace postern::proxy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    postern::proxy::check_head(bytes, false);
    postern::proxy::check_head(bytes, true);
    postern::proxy::check_path(bytes);
    return 0;
}
