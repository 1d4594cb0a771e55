// A response as bytes, made once and sent often. Used by the handlers that keep some.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "server/http/message.h"

namespace postern::site {

// `head`: status line and fields, each with its line end; the blank line is added.
inline std::shared_ptr<http::Prebuilt> make_prebuilt(std::string head, std::string_view body = {}) {
    auto made = std::make_shared<http::Prebuilt>();
    made->bytes = std::move(head) + "\r\n";
    made->head_size = made->bytes.size();
    made->bytes += body;
    made->body_size = body.size();
    return made;
}

}  // namespace postern::site
