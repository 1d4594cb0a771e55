// Asks the CA when it wants a certificate renewed (RFC 9773) and tells the lineage. One try, no haste: the lineage's own
// date stands whatever comes of it.
#pragma once

#include "acme/ca_desk.h"
#include "acme/lineage.h"
#include "acme/protocol/renewal_info.h"
#include "server/base/log.h"
#include "server/base/random.h"

namespace postern::acme {

class RenewalWatch {
public:
    RenewalWatch(const Clock& clock, Log& log, Random& random) : clock_(clock), log_(log), random_(random) {}

    // Whether it is time to ask for this one. `by_hand`: somebody waits for the answer.
    bool due(const Lineage& lineage, bool by_hand) const;
    // True when something changed that is worth writing to disk.
    bool ask(Lineage& lineage, CaDesk& desk);

private:
    struct Answer {
        RenewalInfo info;
        std::optional<Seconds> again;
    };
    Result<Answer> read_info(const std::string& url, CaDesk& desk, std::optional<Seconds>& retry_after);

    const Clock& clock_;
    Log& log_;
    Random& random_;
};

}  // namespace postern::acme
