// A CA opened for one pass over the certificates: the connection, the account's key (made when there is none) and what
// is known of the CA. Closed with the pass, so that the next one reads the directory anew.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "acme/protocol/jws.h"
#include "acme/steps.h"
#include "acme/store/store.h"
#include "acme/wanted.h"

namespace postern::acme {

using Connect = std::function<std::unique_ptr<Transport>(const CaSettings&)>;

struct CaDesk {
    std::unique_ptr<Transport> transport;
    AccountKey key;
    CaSession session;
};

// As the engine does it (RFC 8555 section 7.1.1), for those who ask beside it; nothing to do where it was read in this pass.
Result<void> read_directory(CaDesk& desk, std::string url);

// The desks of one pass, by CA. cancel() comes from another thread.
class CaDesks {
public:
    CaDesks(Store& store, Connect connect, const Clock& clock) : store_(store), connect_(std::move(connect)), clock_(clock) {}

    // Fails when the account key can be neither read nor made and stored.
    Result<CaDesk*> open(const CaSettings& ca);
    // What the CA's clock says, for a machine that does not know what time it is: the CA's chain must be trusted, and valid
    // at that moment; nothing else of the reply is used.
    Result<WallTime> ask_time(const CaSettings& ca);
    void close();   // after a pass
    void cancel();  // for good: every exchange under way ends, later ones fail

private:
    Result<AccountKey> account_key(const std::string& ca);

    Store& store_;
    Connect connect_;
    const Clock& clock_;
    std::mutex mutex_;  // of what follows, against cancel()
    std::map<std::string, std::unique_ptr<CaDesk>> desks_;
    std::unique_ptr<Transport> asking_;  // for the time
    bool cancelled_ = false;
};

}  // namespace postern::acme
