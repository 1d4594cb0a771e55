// The configuration as typed values that cannot be wrong: made from the INI by read_config(), which reports every fault of
// the file at once. Keys, types, defaults and help stand in one table, config_keys.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "acme/wanted.h"
#include "firmware/config/access_config.h"
#include "firmware/config/admin_config.h"
#include "firmware/config/content_config.h"
#include "firmware/config/fault.h"
#include "firmware/config/named_path.h"
#include "firmware/config/notify_config.h"
#include "firmware/config/secret_key.h"
#include "firmware/config/server_config.h"
#include "firmware/config/sharing_config.h"
#include "server/base/files.h"

namespace postern::config {

inline constexpr const char* kDefaultFile = "/etc/postern.ini";

struct AcmeSection {
    int line = 0;                            // 0: not in the file
    std::vector<std::string> ca;             // presets, names of [ca NAME], URLs; the first is used
    bool agree_tos = false;
    std::string email, ca_file;              // for the first CA
    std::vector<crypto::KeyType> key_type;   // one, or two of different kinds
    bool reuse_key = false;
    std::vector<std::string> challenge;
    std::vector<std::string> profile;        // for the first CA, as are
    std::string eab_kid;
    SecretKey eab_key;
    std::string preferred_chain, renew_at;   // renew_at as written: "1/3", "30d"
    std::string thumbprint;                  // of the account behind us whose tokens we answer
    Upstream challenge_upstream;
};

struct CaSection {
    int line = 0;
    std::string name, url, ca_file, email;
    std::vector<std::string> profile;
    std::string eab_kid;
    SecretKey eab_key;
};

// Where a site's certificate comes from.
struct CertSource {
    enum class Kind : unsigned char { kAcme, kSelfSigned, kFiles };
    Kind kind = Kind::kAcme;
    std::vector<acme::CertFiles> files;      // one or two; of kFiles
};

struct SiteSection : SiteContent, SiteAccess {
    int line = 0;
    std::string name;                        // as written after "site "
    std::string folder;                      // live/FOLDER
    std::vector<std::string> names;          // lower case, canonical IPs, no duplicates
    std::string ca;                          // as [acme] unless the site has its own; the first is used
    std::vector<crypto::KeyType> key_type;
    bool reuse_key = false;
    std::vector<std::string> challenge;
    std::vector<std::string> profile;        // empty: as its CA
    std::string preferred_chain, renew_at;
    std::string canonical;                   // empty: none
    bool redirect_http = true;
    std::string hsts;                        // "governed", "off", or a duration as written
    bool hsts_subdomains = false, hsts_preload = false;
    CertSource certificate;
    std::optional<acme::WantedCert> wanted;  // for kAcme
};

struct Config {
    std::string file;
    ServerSection server;
    AcmeSection acme;
    std::vector<CaSection> cas;
    std::vector<SiteSection> sites;
    AdminSection admin;
    NotifySection notify;
    HooksSection hooks;
    std::vector<DeploySection> deploys;
    std::vector<NamedPath> paths;  // ca_file, smtp_password_file, root, and the index page in a root
};

struct ConfigOrFaults {
    std::optional<Config> config;  // set when faults is empty
    std::vector<Fault> faults;     // in the order of the file
};
// Reads and checks; does not touch the network. `as_root`: we are root and not PID 1 (which may stay root in an image or
// a container), so that somebody must be named to become. Relative paths in the file are relative to its folder.
ConfigOrFaults read_config(FileSystem& files, const std::string& path, bool as_root);

// The same for a text that is not yet the file at `path`, where it would come to lie.
ConfigOrFaults read_config_text(FileSystem& files, const std::string& path, std::string_view text, bool as_root);

// The effective configuration as INI text with every default filled in (`check --print`); read_config takes it again.
std::string print_config(const Config& config);

// The state folder that the file names, or the default, however faulty the rest of it is: the commands that talk to a
// running server need no more, and must work while somebody is editing.
Result<std::string> read_state_folder(FileSystem& files, const std::string& path);

}  // namespace postern::config
