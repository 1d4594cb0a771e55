// What a site says of its content: the part of [site NAME] that is about files and answers, not about certificates.
#pragma once

#include <string>
#include <vector>

#include "server/proxy/route.h"
#include "server/site/moved_paths.h"
#include "server/site/own_fields.h"
#include "server/site/static_files.h"

namespace postern::config {

struct AliasRule {
    std::string prefix, folder;  // "/docs", without a slash at its end; the folder as `root` has it

    bool operator==(const AliasRule&) const = default;
};

struct SiteContent {
    std::string root;                        // absolute if the INI's path is; empty: the embedded welcome page
    std::string index;
    bool listing = false, spa = false;
    bool compress = true;
    int compress_min = 1024;                 // bytes
    std::vector<std::string> compress_types; // "text/html", "text/*", "*+xml"
    bool compress_proxied = false;           // what comes from `proxy`, of those types and that size, too
    std::string error_page_404, error_page_5xx;  // "/404.html", below the root; empty: built in
    std::string cache_control;               // empty: none is sent
    std::vector<site::MovedRule> redirect;   // each in the order of the file
    std::vector<AliasRule> alias;
    std::vector<proxy::Route> proxy;
    int max_body = 0;                        // bytes of one that is passed on; 0: no limit
    int timeout = 60;                        // seconds, for a server that requests are passed on to
    std::vector<site::OwnField> header;
    bool security_headers = true;            // besides those, of files
    std::vector<site::MimeRule> mime;
};

}  // namespace postern::config
