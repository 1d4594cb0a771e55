#include "server/tls/cert_table.h"

#include <algorithm>

#include "server/base/text.h"

namespace postern::tls {

CertTable::CertTable(std::vector<Entry> entries) : entries_(std::move(entries)) {
    for (std::size_t i = 0; i < entries_.size(); i++)
        for (const std::string& name : entries_[i].names) by_name_.emplace(name, i);  // the first site keeps a name
}

CertTable::Bundle CertTable::find(std::string_view server_name) const {
    if (entries_.empty()) return nullptr;
    std::string name = lower(server_name);
    if (!name.empty() && name.back() == '.') name.pop_back();
    auto exact = by_name_.find(std::string_view(name));
    if (exact != by_name_.end()) return entries_[exact->second].bundle;
    std::size_t dot = name.find('.');
    if (dot != name.npos && dot > 0) {
        auto wildcard = by_name_.find("*" + name.substr(dot));
        if (wildcard != by_name_.end()) return entries_[wildcard->second].bundle;
    }
    return entries_.front().bundle;
}

std::shared_ptr<const CertTable> CertTable::with(Entry entry) const {
    std::vector<Entry> next = entries_;
    auto same = std::find_if(next.begin(), next.end(), [&](const Entry& e) { return e.lineage == entry.lineage; });
    if (same != next.end())
        *same = std::move(entry);
    else
        next.push_back(std::move(entry));
    return std::make_shared<const CertTable>(std::move(next));
}

std::shared_ptr<const CertTable> CertTable::without(std::string_view lineage) const {
    std::vector<Entry> next;
    for (const Entry& entry : entries_)
        if (entry.lineage != lineage) next.push_back(entry);
    return std::make_shared<const CertTable>(std::move(next));
}

}  // namespace postern::tls
