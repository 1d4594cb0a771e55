#include "firmware/cert_desk.h"

#include <algorithm>

#include "server/tls/probe.h"

namespace postern {

using Entry = tls::CertTable::Entry;

void CertDesk::set_order(std::vector<std::string> lineages) {
    std::lock_guard<std::mutex> hold(mutex_);
    order_ = std::move(lineages);
    if (auto now = table_.get()) put(now->entries());
}

Result<void> CertDesk::try_pair(std::shared_ptr<const crypto::CertBundle> pair, const std::string& server_name) {
    return tls::probe_pair(pair, server_name);
}

void CertDesk::put(std::vector<Entry> entries) {
    auto rank = [this](const Entry& entry) { return std::find(order_.begin(), order_.end(), entry.lineage) - order_.begin(); };
    std::stable_sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) { return rank(a) < rank(b); });
    table_.set(std::make_shared<const tls::CertTable>(std::move(entries)));
}

void CertDesk::publish(const std::string& name, const std::vector<std::string>& names,
                       std::shared_ptr<const crypto::CertBundle> pair) {
    std::lock_guard<std::mutex> hold(mutex_);
    std::vector<Entry> entries;
    if (auto now = table_.get()) entries = now->entries();
    Entry next{name, names, pair};
    auto old = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.lineage == name; });
    bool swap = old != entries.end() && old->bundle != pair;
    if (old != entries.end())
        *old = std::move(next);
    else
        entries.push_back(std::move(next));
    put(std::move(entries));
    if (!swap) return;
    swaps_.fetch_add(1, std::memory_order_relaxed);
    log_.info("certificate_swapped", {{"certificate", name}, {"serial", pair->facts().serial}, {"issuer", pair->facts().issuer}});
}

void CertDesk::withdraw(const std::string& name) {
    std::lock_guard<std::mutex> hold(mutex_);
    auto now = table_.get();
    if (now) table_.set(now->without(name));
}

}  // namespace postern
