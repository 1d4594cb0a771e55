// Which certificate answers to which server name. Immutable: a change makes a new table, published whole.
// Read by tls_stream at every handshake, written by firmware/compose when acme installs a pair.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/base/published.h"
#include "server/crypto/cert_bundle.h"

namespace postern::tls {

class CertTable {
public:
    using Bundle = std::shared_ptr<const crypto::CertBundle>;
    struct Entry {
        std::string lineage;             // the folder below live/; "NAME+rsa" is the other kind of key of "NAME"
        std::vector<std::string> names;  // lower case; "*.example.org" stands for one label
        Bundle bundle;
    };

    CertTable() = default;
    explicit CertTable(std::vector<Entry> entries);

    // For an exact name, else for a wildcard, else (unknown name, none, or an IP address nobody named) the first entry's:
    // what nginx does, and what lets a browser show which names there are. Null only when the table is empty.
    Bundle find(std::string_view server_name) const;

    // Both certificates of a site that has two kinds of keys, for a handshake to choose by what the client can do (RFC 8446
    // section 4.2.3, RFC 5246 section 7.4.2). A self-signed one stands back while the other is a CA's.
    struct Choice {
        Bundle first, second;  // second: null, or of another kind of key than the first
    };
    Choice choose(std::string_view server_name) const;
    // Likewise those of one lineage and its twin, whatever name is asked for; where there is no such lineage, by the name.
    Choice choose(std::string_view lineage, std::string_view server_name) const;

    // The same table with one lineage replaced or, if new, added at the end; or left out.
    std::shared_ptr<const CertTable> with(Entry entry) const;
    std::shared_ptr<const CertTable> without(std::string_view lineage) const;

    const std::vector<Entry>& entries() const { return entries_; }

private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    std::size_t index_of(std::string_view server_name) const;
    Choice choose_at(std::size_t index) const;

    std::vector<Entry> entries_;
    std::vector<std::size_t> twin_;  // beside entries_: the index of the other kind of key; its own where there is none
    std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> by_name_;  // -> index into entries_
};

}  // namespace postern::tls
