// Made-up states of a device, for the tests of the admin page and API and for looking at the page in a browser.
#pragma once

#include <string>
#include <vector>

#include "firmware/admin/control.h"
#include "firmware/admin/words.h"
#include "server/http/handler.h"

namespace postern::admin::samples {

inline constexpr WallTime kNow{std::chrono::seconds(1795223100)};  // 2026-11-21T01:05:00Z
inline constexpr long long kDay = 86400;

inline WallTime in_days(double days) { return kNow + Span(static_cast<long long>(days * static_cast<double>(kDay))); }

// A certificate of a public CA, of 90 days, `days_left` from its end, to be renewed with a third left.
acme::CertStatus issued(const std::string& name, std::vector<std::string> names, double days_left);
// The one that we make until a CA's is here.
acme::CertStatus self_signed(const std::string& name, std::vector<std::string> names);

struct Sample {
    std::string name;
    acme::StatusSnapshot status;
};

// valid, many, failing, waiting, not-obtained, expired, renewing, notices, none, fresh, hostile.
std::vector<Sample> all();
const Sample& by_name(const std::string& name);
ServerFacts facts();

// A server that has one state, and remembers what it was asked to do.
class FakeControl final : public Control {
public:
    explicit FakeControl(acme::StatusSnapshot status)
        : status_(std::make_shared<const acme::StatusSnapshot>(std::move(status))) {}

    std::shared_ptr<const acme::StatusSnapshot> status() const override { return status_; }
    ServerFacts facts() const override { return samples::facts(); }
    Result<std::string> ask(acme::Task task) override;
    Result<acme::JobView> job(const std::string& id) const override;
    Result<std::string> reload(const ConfigName& meant) override;
    Result<Reloaded> reload_and_renew(const std::string& certificate) override;
    Result<Probe> open_probe(Seconds life) override;
    Result<std::vector<Visit>> visits(const std::string& token) const override;
    void close_probe(const std::string& token) override { calls.push_back("end " + token); }
    std::vector<std::string> log_lines(std::size_t most) const override;
    RecentRequests requests(std::size_t most) const override;
    Result<std::string> chain_of(const std::string& certificate) const override;
    Result<void> begin_preflight(const std::vector<std::string>& names) override;
    std::vector<std::string> public_addresses() const override { return addresses; }
    Preflight preflight() const override;
    metrics::Series history(metrics::Span span) const override {
        return {Seconds(span == metrics::Span::kDay ? 900 : 60), {1, 2}, {0, 1}, {3, 3}, {0, 0}};
    }
    void stop() override { calls.emplace_back("stop"); }

    std::vector<std::string> calls;     // "renew a,b force", "revoke a 1 delete", "reload FILE", "stop"
    std::optional<Error> next_failure;  // of ask() and reload()
    std::vector<std::string> addresses;
    void set_status(std::shared_ptr<const acme::StatusSnapshot> status) { status_ = std::move(status); }

private:
    std::shared_ptr<const acme::StatusSnapshot> status_;
};

// Asks `handler` as a browser on the device itself would.
struct Asked {
    http::Method method = http::Method::kGet;
    std::string path{};
    std::string body{};
    std::string host = "localhost";
    std::string peer = "127.0.0.1";
    std::string local = "127.0.0.1";
    std::vector<http::FieldView> fields{};
};
http::Response ask(http::Handler& handler, const Asked& asked);
std::string field_of(const http::Response& response, std::string_view name);  // empty: not there
std::string body_of(const http::Response& response);

}  // namespace postern::admin::samples
