#include "firmware/admin/browser_check.h"

#include <algorithm>

#include "server/base/text.h"

namespace postern::admin {

namespace {

bool has_type(const http::Request& request, std::string_view type) {
    const std::string_view field = request.field("content-type");
    return equal_no_case(trim(field.substr(0, field.find(';'))), type);
}

// application/x-www-form-urlencoded: '+' is a space, %XX a byte.
std::optional<std::string> form_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i] == '+' ? ' ' : text[i];
            continue;
        }
        const auto byte = from_hex(text.substr(i + 1, 2));
        if (!byte || byte->size() != 1) return std::nullopt;
        out += *byte;
        i += 2;
    }
    return out;
}

}  // namespace

std::string_view cookie_of(const http::Request& request, std::string_view name) {
    for (const http::FieldView& field : request.fields) {
        if (!equal_no_case(field.name, "cookie")) continue;
        for (std::string_view pair : split(field.value, ';')) {
            if (has_prefix(pair, name) && pair.size() > name.size() && pair[name.size()] == '=') return pair.substr(name.size() + 1);
        }
    }
    return {};
}

bool is_own_origin(const http::Request& request) {
    const bool v6 = request.host.find(':') != std::string_view::npos;
    std::string own = "https://";
    own.append(v6 ? "[" : "").append(request.host).append(v6 ? "]" : "");
    if (request.host_port != 0 && request.host_port != 443) own += ":" + std::to_string(request.host_port);
    bool seen = false;
    for (const http::FieldView& field : request.fields) {
        if (!equal_no_case(field.name, "origin")) continue;
        if (seen || !equal_no_case(field.value, own)) return false;
        seen = true;
    }
    return seen;
}

bool is_from_elsewhere(const http::Request& request) {
    return std::any_of(request.fields.begin(), request.fields.end(), [](const http::FieldView& field) {
        return equal_no_case(field.name, "sec-fetch-site") && (equal_no_case(field.value, "cross-site") || equal_no_case(field.value, "same-site"));
    });
}

bool is_json(const http::Request& request) { return has_type(request, "application/json"); }
bool is_form(const http::Request& request) { return has_type(request, "application/x-www-form-urlencoded"); }

std::optional<std::string> form_value(std::string_view body, std::string_view name) {
    std::optional<std::string> found;
    for (std::string_view pair : split(body, '&')) {
        const std::size_t equals = pair.find('=');
        const auto key = form_decoded(pair.substr(0, equals));
        if (!key || *key != name) continue;
        if (found) return std::nullopt;
        found = form_decoded(equals == pair.npos ? std::string_view() : pair.substr(equals + 1));
        if (!found) return std::nullopt;
    }
    return found;
}

}  // namespace postern::admin
