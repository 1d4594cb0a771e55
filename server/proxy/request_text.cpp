#include "server/proxy/request_text.h"

#include <algorithm>
#include <array>

#include "server/base/text.h"
#include "server/http/admin_cookie.h"
#include "server/http/chars.h"
#include "server/proxy/hop_fields.h"

namespace postern::proxy {

namespace {

// As servers make names of variables of them: there "_", "." and "-" are one.
std::string folded(std::string_view name) {
    std::string text = lower(name);
    std::replace_if(text.begin(), text.end(), [](char c) { return c == '_' || c == '.'; }, '-');
    return text;
}

// Who asked, how and for what is ours to say, under whatever name it is known; "proxy" is what scripts know as HTTP_PROXY.
bool is_ours(std::string_view name) {
    static constexpr std::array<std::string_view, 14> kNames{
        "expect", "forwarded", "forwarded-for", "front-end-https", "host", "proxy", "remote-user", "true-client-ip", "x-authenticated-user",
        "x-client-ip", "x-original-url", "x-real-ip", "x-remote-user", "x-rewrite-url"};
    return has_prefix(name, "x-forwarded") || std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

void add(std::string& text, std::string_view name, std::string_view value) { (((text += name) += ": ") += value) += "\r\n"; }

std::string host_of(const http::Request& request) {
    std::string host(request.host);
    if (host.find(':') != host.npos) host = "[" + host + "]";
    if (request.host_port != 0) host += ":" + std::to_string(request.host_port);
    return host;
}

// What a proxy in front of us has said of it, all of it and in order.
std::string said_before(const http::Request& request, std::string_view name) {
    std::string all;
    for (const http::FieldView& field : request.fields)
        if (equal_no_case(field.name, name) && !field.value.empty()) (all += all.empty() ? "" : ", ") += field.value;
    return all;
}

// Who asked, how and for what. What a trusted proxy says of that counts; of anybody else it is not passed on.
void add_origin(std::string& text, const http::Request& request, const http::Context& context, std::string_view host) {
    std::string before, proto, as_host;
    if (context.trusted != nullptr) {
        before = said_before(request, "x-forwarded-for");
        proto = said_before(request, "x-forwarded-proto");
        as_host = said_before(request, "x-forwarded-host");
    }
    if (!before.empty()) before += ", ";
    add(text, "X-Forwarded-For", before += context.peer);
    add(text, "X-Forwarded-Proto", proto == "http" || proto == "https" ? std::string_view(proto) : context.secure ? "https" : "http");
    add(text, "X-Forwarded-Host", as_host.empty() ? host : std::string_view(as_host));
}

// Cookies without that of the admin page, which is nobody else's; empty: there were no others.
std::string other_cookies(std::string_view value) {
    if (value.find(http::kAdminCookie) == value.npos) return std::string(value);
    std::string others;
    for (const std::string_view pair : split(value, ';')) {
        const std::string_view name = trim(pair.substr(0, pair.find('=')));
        if (name != http::kAdminCookie) (others += others.empty() ? "" : "; ") += trim(pair);
    }
    return others;
}

void add_fields(std::string& text, const http::Request& request, bool named, std::string& via) {
    std::string options;  // all that Connection names
    for (const http::FieldView& field : request.fields)
        if (equal_no_case(field.name, "connection")) (options += field.value) += ",";
    for (const http::FieldView& field : request.fields) {
        const std::string name = folded(field.name);
        if (named && name == "x-request-id") continue;
        if (is_hop_field(name) || is_ours(name) || (!options.empty() && names_option(options, field.name))) continue;
        if (equal_no_case(field.name, "via")) {
            (via += field.value) += ", ";
        } else if (name == "cookie") {
            if (const std::string others = other_cookies(field.value); !others.empty()) add(text, field.name, others);
        } else {
            add(text, field.name, field.value);
        }
    }
}

}  // namespace

std::string request_tail(const http::Request& request, const http::Context& context, const RequestTail& form) {
    std::string text = " HTTP/1.1\r\n", via;
    const std::string host = host_of(request);
    add(text, "Host", host);
    add_fields(text, request, !context.request_id.empty(), via);
    if (!context.request_id.empty()) add(text, "X-Request-Id", context.request_id);
    add_origin(text, request, context, host);
    add(text, "Via", via + (request.major == 2 ? "2" : "1." + std::to_string(request.minor)) + " postern");
    if (form.upgrade) {
        add(text, "Connection", "Upgrade");
        add(text, "Upgrade", request.field("upgrade"));
    }
    if (form.form == BodyForm::kLength) add(text, "Content-Length", std::to_string(form.length));
    if (form.form == BodyForm::kChunked) add(text, "Transfer-Encoding", "chunked");
    return text += "\r\n";
}

bool asks_for_upgrade(const http::Request& request) {
    if (request.major != 1 || request.minor == 0 || request.method != http::Method::kGet) return false;
    const std::string_view wanted = request.field("upgrade");
    const std::string name = lower(wanted.substr(0, wanted.find('/')));
    const std::string_view version = name.size() < wanted.size() ? wanted.substr(name.size() + 1) : "1";
    if (!http::is_token(name) || !http::is_token(version) || !names_option(request.field("connection"), "upgrade")) return false;
    return name != "h2c" && name != "h2" && name != "http" && name != "tls";
}

}  // namespace postern::proxy
