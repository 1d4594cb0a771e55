#include "server/tls/cert_table.h"

#include <algorithm>

#include "server/base/text.h"

namespace postern::tls {

namespace {

bool is_rsa(const CertTable::Bundle& bundle) { return has_prefix(bundle->facts().key, "rsa"); }

}  // namespace

CertTable::CertTable(std::vector<Entry> entries) : entries_(std::move(entries)), twin_(entries_.size()) {
    std::unordered_map<std::string_view, std::size_t> by_lineage;
    for (std::size_t i = 0; i < entries_.size(); i++) {
        by_lineage.emplace(entries_[i].lineage, i);
        twin_[i] = i;
    }
    for (std::size_t i = 0; i < entries_.size(); i++) {
        const std::string& lineage = entries_[i].lineage;
        const auto plus = lineage.rfind('+');
        const auto first = by_lineage.find(std::string_view(lineage).substr(0, plus));
        if (plus != lineage.npos && first != by_lineage.end()) twin_[first->second] = i;
    }
    for (std::size_t i = 0; i < entries_.size(); i++)
        for (const std::string& name : entries_[i].names) by_name_.emplace(name, i);  // the first site keeps a name
}

CertTable::Bundle CertTable::find(std::string_view server_name) const {
    return entries_.empty() ? nullptr : entries_[index_of(server_name)].bundle;
}

CertTable::Choice CertTable::choose(std::string_view server_name) const {
    return entries_.empty() ? Choice{} : choose_at(index_of(server_name));
}

CertTable::Choice CertTable::choose(std::string_view lineage, std::string_view server_name) const {
    const auto named = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.lineage == lineage; });
    return named == entries_.end() ? choose(server_name) : choose_at(static_cast<std::size_t>(named - entries_.begin()));
}

CertTable::Choice CertTable::choose_at(std::size_t index) const {
    const Bundle &first = entries_[index].bundle, &other = entries_[twin_[index]].bundle;
    if (first == other) return {first, nullptr};
    const bool first_own = first->facts().self_signed, other_own = other->facts().self_signed;
    if (first_own != other_own) return {first_own ? other : first, nullptr};
    return {first, is_rsa(first) == is_rsa(other) ? nullptr : other};
}

std::size_t CertTable::index_of(std::string_view server_name) const {
    std::string name = lower(server_name);
    if (!name.empty() && name.back() == '.') name.pop_back();
    auto exact = by_name_.find(std::string_view(name));
    if (exact != by_name_.end()) return exact->second;
    std::size_t dot = name.find('.');
    if (dot != name.npos && dot > 0) {
        auto wildcard = by_name_.find("*" + name.substr(dot));
        if (wildcard != by_name_.end()) return wildcard->second;
    }
    return 0;
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
