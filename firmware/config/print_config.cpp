// The effective configuration as text, written from the table of keys.
#include "firmware/config/config_keys.h"
#include "server/base/text.h"

namespace postern::config {

namespace {

void print_section(std::string& out, std::string_view kind, const std::string& name, const Draft& draft) {
    out += out.empty() ? "[" : "\n[";
    out += kind;
    if (!name.empty()) out += " " + name;
    out += "]\n";
    for (const KeyRow& row : key_rows()) {
        if (row.section != kind) continue;
        const std::string value = row.binding.show(draft);
        if (value.empty()) out += "# " + std::string(row.name) + " is not set\n";
        else for (const std::string_view line : split(value, '\n')) out += std::string(row.name) + " = " + std::string(line) + "\n";
    }
}

}  // namespace

std::string print_config(const Config& config) {
    Config copy = config;  // a binding reads through the same pointers that it writes through
    std::string out;
    Draft draft;
    draft.server = &copy.server;
    draft.acme = &copy.acme;
    draft.admin = &copy.admin;
    draft.notify = &copy.notify;
    draft.hooks = &copy.hooks;
    print_section(out, "server", "", draft);
    print_section(out, "acme", "", draft);
    for (CaSection& ca : copy.cas) {
        draft.ca = &ca;
        print_section(out, "ca", ca.name, draft);
    }
    for (SiteSection& site : copy.sites) {
        draft.site = &site;
        print_section(out, "site", site.name, draft);
    }
    for (const std::string_view kind : {"admin", "notify", "hooks"}) print_section(out, kind, "", draft);
    for (DeploySection& deploy : copy.deploys) {
        draft.deploy = &deploy;
        print_section(out, "deploy", deploy.name, draft);
    }
    return out;
}

}  // namespace postern::config
