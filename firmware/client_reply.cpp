#include "firmware/client_reply.h"

#include <optional>

#include "server/base/text.h"

namespace postern {

namespace {

Error strange(std::string_view what) { return Error::bug("the server's answer is not understood: " + std::string(what)); }

// "HTTP/1.1 200 OK"
std::optional<int> status_of(std::string_view line) {
    if (!has_prefix(line, "HTTP/1.") || line.size() < 12 || line[8] != ' ') return std::nullopt;
    if (line.size() > 12 && line[12] != ' ') return std::nullopt;
    const auto status = parse_decimal(line.substr(9, 3));
    if (!status || *status < 100) return std::nullopt;
    return static_cast<int>(*status);
}

struct Head {
    int status = 0;
    std::optional<std::size_t> length;
};

Result<Head> read_head(std::string_view text) {
    Head head;
    bool first = true;
    while (!text.empty()) {
        const auto end = text.find("\r\n");
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end == text.npos ? text.size() : end + 2);
        if (first) {
            const auto status = status_of(line);
            if (!status) return strange("no HTTP status");
            head.status = *status;
            first = false;
            continue;
        }
        const auto colon = line.find(':');
        if (colon == line.npos) return strange("a field without ':'");
        const std::string_view name = line.substr(0, colon), value = trim(line.substr(colon + 1));
        if (equal_no_case(name, "Transfer-Encoding")) return strange("a transfer coding");
        if (!equal_no_case(name, "Content-Length")) continue;
        const auto length = parse_decimal(value);
        if (!length || *length > kLargestReply) return strange("a wrong length");
        head.length = static_cast<std::size_t>(*length);
    }
    return head;
}

}  // namespace

Result<Reply> read_reply(std::string_view bytes) {
    const auto end = bytes.find("\r\n\r\n");
    if (end == bytes.npos) return strange(bytes.empty() ? "nothing came" : "it ends within its head");
    TRY(const Head head, read_head(bytes.substr(0, end)));
    if (head.status == 0) return strange("its head is empty");
    const std::string_view body = bytes.substr(end + 4);
    if (head.length && *head.length != body.size())
        return strange(std::to_string(body.size()) + " bytes came in place of " + std::to_string(*head.length));
    return Reply{head.status, std::string(body)};
}

}  // namespace postern
