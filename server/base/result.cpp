#include "server/base/result.h"

#include <cerrno>
#include <system_error>

namespace postern {

namespace {

bool passes(int number) {
    switch (number) {
        case EINTR:
        case EAGAIN:
        case ENOSPC:
        case EDQUOT:
        case EMFILE:
        case ENFILE:
        case ENOMEM:
        case ENOBUFS:
        case ETIMEDOUT:
        case ECONNREFUSED:
        case ECONNRESET:
        case ENETUNREACH:
        case EHOSTUNREACH:
            return true;
        default:
            return false;
    }
}

}  // namespace

Error Error::system(std::string_view what, int number) {
    std::string text(what);
    text += ": ";
    text += std::generic_category().message(number);
    Error error(passes(number) ? ErrorKind::kRetry : ErrorKind::kAdmin, std::move(text));
    error.number_ = number;
    return error;
}

Error Error::at(std::string_view where) && {
    std::string text(where);
    text += ": ";
    text += text_;
    text_ = std::move(text);
    return std::move(*this);
}

}  // namespace postern
