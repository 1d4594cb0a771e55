#include "server/http/response_rules.h"

#include "server/http/chars.h"

namespace postern::http {

bool has_body(const Response& response, bool head_only) {
    return !head_only && response.status >= 200 && response.status != 204 && response.status != 304;
}

std::string_view body_in_memory(const Response& response) {
    if (response.prebuilt) return std::string_view(response.prebuilt->bytes).substr(response.prebuilt->head_size);
    if (response.source) return {};
    return response.static_body.empty() ? std::string_view(response.body) : response.static_body;
}

std::uint64_t body_size(const Response& response, bool head_only) {
    if (!has_body(response, head_only)) return 0;
    if (response.live && response.announce) return response.announced_length;
    return response.source && !response.prebuilt ? response.source->length() : body_in_memory(response).size();
}

std::optional<std::uint64_t> length_to_tell(const Response& response, bool head_only, bool live) {
    if (response.prebuilt) return std::nullopt;
    const std::uint16_t status = response.status;
    // none in 204; in 304 only what a 200 would have had
    if (status == 304 ? !response.announce : (live && !response.announce) || status < 200 || status == 204) return std::nullopt;
    if (response.announce && (head_only || live || status == 304)) return response.announced_length;
    if (response.source) return response.source->length();
    return response.static_body.empty() ? response.body.size() : response.static_body.size();
}

void keep_promise(Response& promised) {
    promised.own_lines.insert(0, promised.lines);
    promised.lines = {};
}

void add_promised(Response& answer, Response& promised) {
    for (auto& field : promised.fields) answer.fields.push_back(std::move(field));
    answer.own_lines += promised.own_lines;
    if (answer.counts == nullptr) answer.counts = promised.counts;
    if (answer.user.empty()) answer.user = promised.user;
    if (answer.request_id.empty()) answer.request_id = std::move(promised.request_id);
}

bool may_stand(std::string_view value) { return find_control(value, 0, false) == value.size(); }

}  // namespace postern::http
