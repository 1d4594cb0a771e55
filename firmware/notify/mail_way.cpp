#include "firmware/notify/mail_way.h"

#include "acme/protocol/dial.h"
#include "acme/protocol/trust.h"
#include "firmware/config/notify_values.h"
#include "firmware/notify/mail_text.h"
#include "firmware/notify/webhook.h"
#include "firmware/notify/words.h"
#include "server/base/text.h"
#include "server/tls/client_line.h"

namespace postern::notify {

namespace {

class RealLine final : public MailLine {
public:
    RealLine(std::string host, int port, std::string ca_file) : host_(std::move(host)), port_(port), ca_file_(std::move(ca_file)) {}

    Result<void> connect(const Deadline& deadline) override {
        TRY(UniqueFd socket, acme::dial(host_, static_cast<std::uint16_t>(port_), deadline));
        line_ = std::make_unique<tls::ClientLine>(std::move(socket));
        return {};
    }
    Result<void> start_tls(const Deadline& deadline) override {
        TRY(const acme::Anchors anchors, acme::read_anchors(ca_file_));
        return line_->start_tls(host_, anchors.blocks, deadline);
    }
    Result<std::string> read(const Deadline& deadline) override { return line_->read(deadline); }
    Result<void> write(std::string_view bytes, const Deadline& deadline) override { return line_->write(bytes, deadline); }

private:
    const std::string host_;
    const int port_;
    const std::string ca_file_;
    std::unique_ptr<tls::ClientLine> line_;
};

class MailWay final : public Way {
public:
    MailWay(config::NotifySection settings, std::string own_name, MakeLine make_line)
        : settings_(std::move(settings)), own_name_(std::move(own_name)), make_line_(std::move(make_line)) {}

    std::string name() const override { return "mail"; }
    std::string where() const override { return settings_.server->host + ":" + std::to_string(settings_.server->port); }

    Delivery deliver(const Message& message, const Deadline& deadline) override {
        const config::MailServer& server = *settings_.server;
        auto text = mail_text(message, settings_.mail_from, settings_.mail_to);
        if (!text.ok()) return {Delivery::Outcome::kNever, text.error().text()};
        SmtpOrder order{own_name_, settings_.mail_from, settings_.mail_to, std::move(*text), server.user, settings_.password.get()};
        order.over_tls = server.implicit_tls;
        order.tls_demanded = !config::is_loopback_host(server.host) || !server.user.empty();
        const auto line = make_line_();
        Delivery delivery = hand_over(*line, std::move(order), server.implicit_tls, deadline);
        delivery.said = where() + ": " + delivery.said;
        return delivery;
    }

private:
    const config::NotifySection settings_;
    const std::string own_name_;
    const MakeLine make_line_;
};

}  // namespace

std::unique_ptr<Way> make_mail_way(const config::NotifySection& settings, std::string own_name, MakeLine line) {
    if (!line)
        line = [server = *settings.server, ca_file = settings.ca_file] {
            return std::make_unique<RealLine>(server.host, server.port, ca_file);
        };
    return std::make_unique<MailWay>(settings, std::move(own_name), std::move(line));
}

std::vector<std::unique_ptr<Way>> make_ways(const config::NotifySection& settings) {
    std::vector<std::unique_ptr<Way>> ways;
    if (!settings.webhook.empty())
        if (auto webhook = make_webhook(settings.webhook, settings.ca_file)) ways.push_back(std::move(webhook));
    if (settings.server) ways.push_back(make_mail_way(settings, host_name()));
    return ways;
}

}  // namespace postern::notify
