#include "server/http/status.h"

#include <algorithm>
#include <array>
#include <string>

namespace postern::http {
namespace {

struct Phrase {
    std::uint16_t status;
    std::string_view text;
};

// RFC 9110 section 15, RFC 6585. Sorted.
constexpr std::array<Phrase, kStatuses> kPhrases = {{
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
}};

std::shared_ptr<const Prebuilt> make_page(const Phrase& phrase) {
    const std::string title = std::to_string(phrase.status) + " " + std::string(phrase.text);
    const std::string body = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>" + title +
                             "</title><h1>" + title + "</h1></html>\n";
    auto page = std::make_shared<Prebuilt>();
    page->bytes = "HTTP/1.1 " + title + "\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: " +
                  std::to_string(body.size()) + "\r\nX-Content-Type-Options: nosniff\r\n";
    if (phrase.status == 405) page->bytes += "Allow: GET, HEAD, OPTIONS\r\n";
    page->bytes += "\r\n";
    page->head_size = page->bytes.size();
    page->bytes += body;
    page->body_size = body.size();
    return page;
}

}  // namespace

std::size_t status_place(std::uint16_t status) {
    const auto found = std::lower_bound(kPhrases.begin(), kPhrases.end(), status,
                                        [](const Phrase& phrase, std::uint16_t code) { return phrase.status < code; });
    const bool known = found != kPhrases.end() && found->status == status;
    return known ? static_cast<std::size_t>(found - kPhrases.begin()) : kPhrases.size();
}

std::uint16_t status_at(std::size_t place) { return place < kPhrases.size() ? kPhrases[place].status : std::uint16_t{0}; }

std::string_view reason_of(std::uint16_t status) {
    const std::size_t place = status_place(status);
    return place < kPhrases.size() ? kPhrases[place].text : std::string_view();
}

std::shared_ptr<const Prebuilt> status_page(std::uint16_t status) {
    static const auto kPages = [] {
        std::array<std::shared_ptr<const Prebuilt>, kPhrases.size()> pages;
        for (std::size_t i = 0; i < kPhrases.size(); ++i) pages[i] = make_page(kPhrases[i]);
        return pages;
    }();
    const std::size_t place = status_place(status);
    return kPages[place < kPhrases.size() ? place : status_place(500)];
}

}  // namespace postern::http
