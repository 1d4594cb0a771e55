// Where acme hands over certificates: tries a pair in a handshake, publishes it to the TLS listeners, counts the swaps.
#pragma once

#include <atomic>
#include <mutex>

#include "acme/ports.h"
#include "server/base/log.h"
#include "server/base/published.h"
#include "server/tls/cert_table.h"

namespace postern {

class CertDesk final : public acme::PairProbe, public acme::CertPublisher {
public:
    // The table answers with its first entry where a client names no site: `order` (lineages as in the INI) keeps that the
    // first site's, whichever certificate comes first.
    CertDesk(Published<tls::CertTable>& table, Log& log) : table_(table), log_(log) {}

    void set_order(std::vector<std::string> lineages);
    Result<void> try_pair(std::shared_ptr<const crypto::CertBundle> pair, const std::string& server_name) override;
    void publish(const std::string& name, const std::vector<std::string>& names,
                 std::shared_ptr<const crypto::CertBundle> pair) override;
    void withdraw(const std::string& name) override;

    unsigned long long swaps() const { return swaps_.load(std::memory_order_relaxed); }

private:
    void put(std::vector<tls::CertTable::Entry> entries);

    Published<tls::CertTable>& table_;
    Log& log_;
    std::mutex mutex_;  // one writer at a time
    std::vector<std::string> order_;
    std::atomic<unsigned long long> swaps_{0};
};

}  // namespace postern
