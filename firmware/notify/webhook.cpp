#include "firmware/notify/webhook.h"

#include "acme/protocol/dial.h"
#include "server/base/json.h"
#include "acme/protocol/url.h"
#include "server/base/text.h"
#include "server/tls/client_line.h"

namespace postern::notify {

namespace {

constexpr Millis kExchange(30000);
constexpr std::size_t kAnswer = 65536;  // what it says is not read, but it must not fill the memory
constexpr int kRedirects = 3;

Delivery by_status(int status, const std::string& host) {
    const std::string said = host + " answered " + std::to_string(status);
    if (status >= 200 && status < 300) return {Delivery::Outcome::kDelivered, said};
    const bool busy = status == 408 || status == 425 || status == 429 || status >= 500;
    if (busy) return {Delivery::Outcome::kLater, said};
    if (status >= 300 && status < 400)
        return {Delivery::Outcome::kNever, said + ", which leads to another place: write the URL that it leads to"};
    return {Delivery::Outcome::kNever, said + ": it does not take this; look at the URL and what it expects"};
}

class SecureWebhook final : public Way {
public:
    SecureWebhook(std::string url, std::string host, std::unique_ptr<acme::Transport> transport)
        : url_(std::move(url)), host_(std::move(host)), transport_(std::move(transport)) {}

    std::string name() const override { return "webhook"; }
    std::string where() const override { return host_; }
    void cancel() override { transport_->cancel(); }

    Delivery deliver(const Message& message, const Deadline&) override {  // the transport has a time limit of its own
        acme::HttpRequest request{acme::HttpRequest::Method::kPost, url_, "application/json", webhook_json(message)};
        for (int i = 0;; ++i) {
            const auto reply = transport_->exchange(request);
            if (!reply.ok()) return {Delivery::Outcome::kLater, reply.error().text()};
            const std::string further = i < kRedirects ? same_host(request.url, *reply) : "";
            if (further.empty()) return by_status(reply->status, host_);
            request.url = further;
        }
    }

private:
    // Where the same host wants the same request (RFC 9110 section 15.4.8); nobody else gets what was meant for it.
    static std::string same_host(const std::string& url, const acme::HttpReply& reply) {
        if (reply.status != 307 && reply.status != 308) return "";
        const auto there = acme::resolve_location(url, reply.field("Location"));
        if (!there.ok()) return "";
        return acme::parse_https_url(url)->authority() == acme::parse_https_url(*there)->authority() ? *there : "";
    }

    const std::string url_, host_;
    std::unique_ptr<acme::Transport> transport_;
};

// To a machine of the same house.
class PlainWebhook final : public Way {
public:
    explicit PlainWebhook(acme::HttpsUrl url) : url_(std::move(url)) {}

    std::string name() const override { return "webhook"; }
    std::string where() const override { return url_.host; }

    Delivery deliver(const Message& message, const Deadline& deadline) override {
        const auto status = exchange(webhook_json(message), deadline);
        return status.ok() ? by_status(*status, url_.host) : Delivery{Delivery::Outcome::kLater, status.error().text()};
    }

private:
    Result<int> exchange(const std::string& body, const Deadline& deadline) const {
        TRY(UniqueFd socket, acme::dial(url_.host, url_.port, deadline));
        tls::ClientLine line(std::move(socket));
        const std::string head = "POST " + url_.target + " HTTP/1.1\r\nHost: " + url_.authority() +
                                 "\r\nUser-Agent: postern/" POSTERN_VERSION "\r\nContent-Type: application/json\r\nContent-Length: " +
                                 std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n";
        TRY_VOID(line.write(head + body, deadline));
        std::string answer;
        while (answer.find('\n') == answer.npos && answer.size() < kAnswer) {
            TRY(const std::string bytes, line.read(deadline));
            if (bytes.empty()) break;
            answer += bytes;
        }
        return status_of(answer);
    }

    // "HTTP/1.1 204 No Content" (RFC 9112 section 4).
    Result<int> status_of(std::string_view answer) const {
        const auto code = has_prefix(answer, "HTTP/1.") && answer.size() > 12 && answer[8] == ' ' ? parse_decimal(answer.substr(9, 3)) : std::nullopt;
        if (!code || *code < 200 || *code > 599) return Error::retry(url_.host + ": the answer is no HTTP: " + printable(answer, 60));
        return static_cast<int>(*code);
    }

    const acme::HttpsUrl url_;
};

}  // namespace

std::string webhook_json(const Message& message) {
    std::vector<std::string> names;
    for (const std::string& name : message.names) names.push_back(json_quote(name));
    JsonObject json;
    json.add("text", message.subject + "\n\n" + message.text).add("subject", message.subject).add("id", message.id);
    json.add("host", message.host).add("certificate", message.certificate).add("event", message.event);
    json.add_raw("over", message.over ? "true" : "false").add("at", to_rfc3339(message.at.time_since_epoch().count()));
    json.add_raw("names", json_list(names));
    if (!message.problem.type.empty())
        json.add_raw("problem", JsonObject().add("type", message.problem.type).add("detail", message.problem.detail)
                                    .add("advice", message.problem.advice).done());
    return json.done();
}

std::unique_ptr<Way> make_webhook(std::string url, std::string ca_file, std::unique_ptr<acme::Transport> transport) {
    const bool plain = has_prefix(url, "http://");
    auto parts = acme::parse_https_url(plain ? "https" + url.substr(4) : url);
    if (!parts.ok()) return nullptr;  // the configuration's check has seen it
    if (plain) {
        if (url.find(":443") == url.npos && parts->port == 443) parts->port = 80;
        return std::make_unique<PlainWebhook>(std::move(*parts));
    }
    if (!transport) {
        acme::TransportOptions options;
        options.ca_file = std::move(ca_file);
        options.body_limit = kAnswer;
        options.total_time = kExchange;
        options.user_agent = "postern/" POSTERN_VERSION;
        transport = acme::make_httplib_transport(std::move(options));
    }
    return std::make_unique<SecureWebhook>(std::move(url), parts->host, std::move(transport));
}

}  // namespace postern::notify
