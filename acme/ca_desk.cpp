#include "acme/ca_desk.h"

#include "acme/protocol/limits.h"
#include "acme/protocol/url.h"

namespace postern::acme {

Result<void> read_directory(CaDesk& desk, std::string url) {
    if (desk.session.directory) return {};
    for (int hop = 0; hop <= limits::kRedirects; ++hop) {
        TRY(const HttpReply reply, desk.transport->exchange({HttpRequest::Method::kGet, url, {}, {}, "directory"}));
        if (reply.status >= 301 && reply.status <= 308 && !reply.field("Location").empty()) {
            TRY(url, resolve_location(url, reply.field("Location")));
            continue;
        }
        if (reply.status != 200) return Error::retry("the CA answered " + std::to_string(reply.status));
        TRY(const Json json, Json::parse(reply.body));
        TRY(Directory directory, directory_from(json));
        desk.session.directory = std::move(directory);
        return {};
    }
    return Error::retry("the directory redirects without end");
}

// A key of ours that cannot be used is set aside; an account is then made with a new one.
Result<AccountKey> CaDesks::account_key(const std::string& ca) {
    TRY(std::optional<Secret> pem, store_.account_key(ca));
    if (pem) {
        auto key = crypto::PrivateKey::from_pem(pem->view());
        if (key) return AccountKey::from(std::move(*key));
        store_.account_key_damaged(ca, key.error().text());
    }
    TRY(crypto::PrivateKey fresh, crypto::PrivateKey::generate(crypto::KeyType::kEc256));
    TRY(const Secret text, fresh.to_pem());
    TRY_VOID(store_.save_account_key(ca, text.view()));
    return AccountKey::from(std::move(fresh));
}

Result<CaDesk*> CaDesks::open(const CaSettings& ca) {
    const std::string id = ca.name + " " + ca.directory_url + " " + ca.ca_file;
    if (auto found = desks_.find(id); found != desks_.end()) return found->second.get();
    TRY(AccountKey key, account_key(ca.name));
    auto transport = connect_(ca);
    if (!transport) return Error::bug("no connection can be made to " + ca.directory_url);
    transport->judge_dates_by(&clock_);
    auto desk = std::make_unique<CaDesk>(CaDesk{std::move(transport), std::move(key), {}});
    // An account of another CA under the same name, or of another key, is none here.
    auto account = store_.account(ca.name);
    if (account && account->directory == ca.directory_url && account->key == desk->key.thumbprint())
        desk->session.account_url = account->url;
    std::lock_guard<std::mutex> hold(mutex_);
    if (cancelled_) desk->transport->cancel();
    return (desks_[id] = std::move(desk)).get();
}

Result<WallTime> CaDesks::ask_time(const CaSettings& ca) {
    auto transport = connect_(ca);
    if (!transport) return Error::bug("no connection can be made to " + ca.directory_url);
    transport->judge_dates_by(nullptr);
    {
        std::lock_guard<std::mutex> hold(mutex_);
        if (cancelled_) return Error::retry("called off");
        asking_ = std::move(transport);
    }
    auto reply = asking_->exchange({HttpRequest::Method::kGet, ca.directory_url, {}, {}, "directory"});
    const auto date = asking_->vouched_date();
    std::lock_guard<std::mutex> hold(mutex_);
    asking_.reset();
    if (!reply) return std::move(reply).error();
    if (!date) return Error::retry("the CA's answer has no Date at which its own certificate is valid");
    return *date;
}

void CaDesks::close() {
    std::map<std::string, std::unique_ptr<CaDesk>> closed;
    std::lock_guard<std::mutex> hold(mutex_);
    closed.swap(desks_);
}

void CaDesks::cancel() {
    std::lock_guard<std::mutex> hold(mutex_);
    cancelled_ = true;
    for (auto& [id, desk] : desks_) desk->transport->cancel();
    if (asking_) asking_->cancel();
}

}  // namespace postern::acme
