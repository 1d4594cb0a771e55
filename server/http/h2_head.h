// The head of an HTTP/2 request as it came, and the Request that it makes (RFC 9113 section 8.3). For h2_session.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "server/http/request_scratch.h"

namespace postern::http {

class H2Head {
public:
    explicit H2Head(BlockPool& pool) : text_(&pool) {}

    // Kept as long as all of them stay below limits::kRequestHead and limits::kRequestFields; what is too much is only counted.
    void add(std::string_view name, std::string_view value);

    // 0, with scratch.request (but for its body) and scratch.framing set to views of this and of `scratch`; or the status to
    // refuse it with: 400, 414, 417, 431 or 501. What of the request could be read is set then, too: method and path at least.
    // May be asked again: the scratch is other requests' in between.
    std::uint16_t read(RequestScratch& scratch);

    std::size_t size() const { return text_.size(); }  // bytes that are held
    void clear() { std::pmr::string(text_.get_allocator()).swap(text_); }

private:
    struct Known;
    void join_cookies();
    Known collect(RequestScratch& scratch) const;

    std::pmr::string text_;  // each field: its sizes, its name, its value
    std::size_t total_ = 0;   // as RFC 9113 section 6.5.2 counts the list
    std::uint16_t fields_ = 0, cookies_ = 0;
    bool too_large_ = false;
};

}  // namespace postern::http
