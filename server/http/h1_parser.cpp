#include "server/http/h1_parser.h"

#include <algorithm>

#include "server/base/text.h"
#include "server/http/chars.h"
#include "server/http/h1_framing.h"
#include "server/http/request_line.h"

namespace postern::http {
namespace {

enum class Step : std::uint8_t { kNext, kEnd, kPartial, kBad };

std::string_view trim_blanks(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

// Walks over the lines of a head. Every byte is looked at once, in order, and the first fault decides the status.
class HeadParser {
public:
    HeadParser(std::string_view bytes, HeadCursor& cursor, RequestScratch& scratch)
        : bytes_(bytes.substr(0, limits::kRequestHead)), cursor_(cursor), scratch_(scratch) {}

    HeadResult lines() {
        Step step = Step::kNext;
        while (step == Step::kNext) step = cursor_.in_fields ? field_line() : request_line();
        // A field section that fills the window and has not ended will not be waited for.
        if (step == Step::kPartial && bytes_.size() == limits::kRequestHead) step = bad(431);
        switch (step) {
            case Step::kNext:
            case Step::kPartial: return {HeadResult::State::kPartial, 0, 0};
            case Step::kBad: return {HeadResult::State::kBad, status_, 0};
            case Step::kEnd: break;
        }
        return {HeadResult::State::kComplete, 0, cursor_.line};
    }

    HeadResult finish(HeadResult lines) {
        scratch_.request.fields = {scratch_.fields.data(), cursor_.fields};
        const std::uint16_t fault = apply_fields(target_, scratch_);
        if (fault != 0) return {HeadResult::State::kBad, fault, 0};
        return lines;
    }

private:
    Step bad(std::uint16_t status) {
        status_ = status;
        return Step::kBad;
    }

    Step partial(std::size_t at) {
        cursor_.at = static_cast<std::uint32_t>(at);
        return Step::kPartial;
    }

    // The line at hand ends with the CR at `cr`, if a LF follows: it is left behind then.
    Step end_line(std::size_t cr) {
        if (bytes_[cr] != '\r') return bad(400);
        if (cr + 1 == bytes_.size()) return partial(cr);
        if (bytes_[cr + 1] != '\n') return bad(400);
        cursor_.line = cursor_.at = static_cast<std::uint32_t>(cr + 2);
        cursor_.colon = 0;
        return Step::kNext;
    }

    Step request_line();
    Step parse_request_line(std::string_view line);
    Step field_line();

    std::string_view bytes_;
    HeadCursor& cursor_;
    RequestScratch& scratch_;
    Target target_;
    std::uint16_t status_ = 0;
};

Step HeadParser::request_line() {
    const std::size_t begin = cursor_.line;
    if (begin == bytes_.size()) return partial(begin);
    // One empty line before a request is let pass: some clients end a body with it (RFC 9112 section 2.2).
    if (begin == 0 && bytes_.front() == '\r') return end_line(0);
    // What cannot begin a method (a TLS record on a plain port) is told at once.
    if (!is_char(bytes_[begin], kTokenChar)) return bad(400);
    const std::size_t limit = std::min(bytes_.size(), begin + limits::kRequestLine + 1);
    const std::size_t end = find_control(bytes_.substr(0, limit), cursor_.at, true);
    if (end == begin + limits::kRequestLine + 1) return bad(414);
    if (end == bytes_.size()) return partial(end);
    const Step step = end_line(end);
    if (step != Step::kNext) return step;
    cursor_.in_fields = true;
    return parse_request_line(bytes_.substr(begin, end - begin));
}

Step HeadParser::parse_request_line(std::string_view line) {
    Request& request = scratch_.request;
    const std::size_t first = line.find(' ');
    const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos) return bad(400);
    request.method_text = line.substr(0, first);
    if (!is_token(request.method_text)) return bad(400);
    const std::string_view version = line.substr(second + 1);
    const bool well_formed = version.size() == 8 && has_prefix(version, "HTTP/") && is_digit(version[5]) &&
                             version[6] == '.' && is_digit(version[7]);
    if (!well_formed) return bad(400);
    if (version[5] != '1') return bad(505);
    request.major = 1;
    request.minor = static_cast<std::uint8_t>(version[7] - '0');
    request.method = method_of(request.method_text);
    if (request.method == Method::kConnect) return bad(501);  // we are nobody's proxy
    return apply_target(line.substr(first + 1, second - first - 1), scratch_, target_) ? Step::kNext : bad(400);
}

Step HeadParser::field_line() {
    const std::size_t begin = cursor_.line;
    if (begin == bytes_.size()) return partial(begin);
    if (bytes_[begin] == '\r') {
        const Step step = end_line(begin);
        return step == Step::kNext ? Step::kEnd : step;
    }
    std::size_t at = cursor_.at;
    if (cursor_.colon == 0) {
        while (at < bytes_.size() && is_char(bytes_[at], kTokenChar)) ++at;
        if (at == bytes_.size()) return partial(at);
        // No name, no colon, a blank before the colon, a folded line: all of them are ways to smuggle.
        if (at == begin || bytes_[at] != ':') return bad(400);
        cursor_.colon = static_cast<std::uint32_t>(at++);
    }
    while ((at = find_control(bytes_, at, false)) < bytes_.size() && bytes_[at] == '\t') ++at;
    if (at == bytes_.size()) return partial(at);
    const std::size_t colon = cursor_.colon;
    const Step step = end_line(at);
    if (step != Step::kNext) return step;
    if (cursor_.fields == limits::kRequestFields) return bad(431);
    scratch_.fields[cursor_.fields++] = {bytes_.substr(begin, colon - begin),
                                         trim_blanks(bytes_.substr(colon + 1, at - colon - 1))};
    return Step::kNext;
}

}  // namespace

HeadResult parse_head(std::string_view bytes, HeadCursor& cursor, RequestScratch& scratch) {
    const bool resumed = cursor.at != 0;
    HeadParser parser(bytes, cursor, scratch);
    const HeadResult result = parser.lines();
    if (result.state != HeadResult::State::kComplete) return result;
    if (!resumed) return parser.finish(result);
    // Other requests have used the scratch since this one began: read it again as a whole. It cannot fail on the way.
    cursor = {};
    HeadParser again(bytes, cursor, scratch);
    return again.finish(again.lines());
}

}  // namespace postern::http
