#include "firmware/credentials.h"

#include "server/http/message.h"

namespace postern {

namespace {

using Look = access::SitePasswords::Look;
using What = site::Credential::What;

// One request that waits.
class Wait final : public http::Later {
public:
    Wait(std::shared_ptr<access::Ticket> ticket, const http::Waker& waker) : ticket_(std::move(ticket)) {
        ticket_->join(this, [&waker] { waker.wake(); });
    }
    ~Wait() override { ticket_->leave(this); }
    bool take(http::Response&) override { return ticket_->is_done(); }

private:
    const std::shared_ptr<access::Ticket> ticket_;
};

class Check final : public site::CredentialCheck {
public:
    explicit Check(std::shared_ptr<access::SitePasswords> passwords) : passwords_(std::move(passwords)) {}

    site::Credential check(std::string_view credentials, std::string_view client, const http::Waker* waker) override {
        Look look = passwords_->look(credentials, client);
        switch (look.what) {
            case Look::What::kRight: return {What::kRight, look.user};
            case Look::What::kWrong: return {What::kWrong};
            case Look::What::kTooMany: return {What::kTooMany, {}, look.wait};
            case Look::What::kBusy: return {What::kBusy};
            case Look::What::kPending: break;
        }
        if (waker == nullptr) return {What::kBusy};
        return {What::kPending, {}, Seconds(0), std::make_unique<Wait>(std::move(look.ticket), *waker)};
    }

private:
    const std::shared_ptr<access::SitePasswords> passwords_;
};

}  // namespace

std::shared_ptr<site::CredentialCheck> make_credential_check(std::shared_ptr<access::SitePasswords> passwords) {
    return std::make_shared<Check>(std::move(passwords));
}

}  // namespace postern
