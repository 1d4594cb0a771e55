// The configuration as typed values that cannot be wrong: made from the INI by read_config(), which reports every fault of
// the file at once. Keys, types, defaults and help stand in one table, config_keys.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "acme/wanted.h"
#include "server/base/clock.h"
#include "server/base/files.h"
#include "server/base/log.h"
#include "server/base/result.h"
#include "server/net/address.h"

namespace postern::config {

// One fault of the file, as the contract prints it: "FILE:LINE: [section] key: what is wrong, what is allowed".
struct Fault {
    std::string file;
    int line = 0;  // 1-based; 0: the file as a whole
    std::string section;  // empty: none
    std::string key;
    std::string text;
    std::string print() const;
};

struct ServerSection {
    std::vector<net::Address> http, https;   // empty: off
    int public_http_port = 0;                // 0: by the first listener
    int public_https_port = 0;
    std::string user, group;                 // empty when not root and not set
    std::string state;
    int loops = 0;                           // 0: auto
    int max_connections = 0;                 // 0: auto
    int max_per_client = 0;                  // 0 in the file lifts the cap and is stored as a very large number
    std::string log;
    LogLevel log_level = LogLevel::kInfo;
    std::string access_log, access_log_format;
};

struct SiteSection {
    int line = 0;
    std::string name;                        // as written after "site "
    std::string folder;                      // live/FOLDER
    std::vector<std::string> names;          // lower case, canonical IPs, no duplicates
    std::string root;                        // empty: the embedded welcome page
    std::string index;
    std::string canonical;                   // empty: none
    bool redirect_http = true;
    enum class Certificate : unsigned char { kAcme, kSelfSigned } certificate = Certificate::kAcme;
    std::optional<acme::WantedCert> wanted;  // for kAcme
};

struct AdminSection {
    std::vector<net::Address> listen;        // empty: off
    std::vector<std::string> hosts;
};

struct Config {
    std::string file;
    ServerSection server;
    std::vector<SiteSection> sites;
    AdminSection admin;
};

struct ConfigOrFaults {
    std::optional<Config> config;  // set when faults is empty
    std::vector<Fault> faults;     // in the order of the file
};

// Reads and checks; does not touch the network. `as_root`: whether privileges will have to be dropped.
ConfigOrFaults read_config(FileSystem& files, const std::string& path, bool as_root);

// The effective configuration as INI text with every default filled in, secrets masked (`check --print`).
std::string print_config(const Config& config);

}  // namespace postern::config
