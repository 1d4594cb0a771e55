#include "acme/tally.h"

#include <utility>

namespace postern::acme {

namespace {

class CountingTransport final : public Transport {
public:
    CountingTransport(std::unique_ptr<Transport> next, std::string ca, Tally& tally)
        : next_(std::move(next)), ca_(std::move(ca)), tally_(tally) {}

    Result<HttpReply> exchange(const HttpRequest& request) override {
        auto reply = next_->exchange(request);
        tally_.request({ca_, std::string(request.kind.empty() ? "other" : request.kind), reply ? reply->status : 0});
        return reply;
    }
    ExchangeFault fault() const override { return next_->fault(); }
    void judge_dates_by(const Clock* clock) override { next_->judge_dates_by(clock); }
    std::optional<WallTime> vouched_date() const override { return next_->vouched_date(); }
    void cancel() override { next_->cancel(); }

private:
    const std::unique_ptr<Transport> next_;
    const std::string ca_;
    Tally& tally_;
};

}  // namespace

void Tally::renewal(const std::string& certificate, bool ok) {
    std::lock_guard<std::mutex> hold(mutex_);
    if (renewals_.size() >= kMost && renewals_.count(certificate) == 0) return;
    Renewals& counted = renewals_[certificate];
    ++(ok ? counted.ok : counted.failed);
}

void Tally::request(const Request& request) {
    std::lock_guard<std::mutex> hold(mutex_);
    if (requests_.size() >= kMost && requests_.count(request) == 0) return;
    ++requests_[request];
}

std::map<std::string, Tally::Renewals> Tally::renewals() const {
    std::lock_guard<std::mutex> hold(mutex_);
    return renewals_;
}

std::map<Tally::Request, std::uint64_t> Tally::requests() const {
    std::lock_guard<std::mutex> hold(mutex_);
    return requests_;
}

ConnectTo counted(ConnectTo connect, Tally& tally) {
    return [connect = std::move(connect), &tally](const CaSettings& ca) -> std::unique_ptr<Transport> {
        auto transport = connect(ca);
        if (!transport) return nullptr;
        return std::make_unique<CountingTransport>(std::move(transport), ca.name, tally);
    };
}

}  // namespace postern::acme
