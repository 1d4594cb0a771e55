#include "acme/protocol/trust.h"

#include <algorithm>
#include <array>
#include <optional>

#include "acme/protocol/built_in_anchors.h"
#include "server/base/base64url.h"
#include "server/base/files.h"

namespace postern::acme {

namespace {

constexpr std::size_t kBundle = 4u << 20;  // Debian's has 220 kB

constexpr std::array kSystemBundles = {
    "/etc/ssl/certs/ca-certificates.crt",                // Debian, OpenWrt, Buildroot, Arch
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // Fedora, RHEL
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",                            // openSUSE
    "/etc/ssl/cert.pem",                                 // Alpine
};

// RFC 7468, of one line: who reads it is mbedTLS, which does not mind.
std::string pem_of(std::span<const unsigned char> der) {
    std::string text = base64url_encode({reinterpret_cast<const char*>(der.data()), der.size()});
    std::replace(text.begin(), text.end(), '-', '+');
    std::replace(text.begin(), text.end(), '_', '/');
    text.append((4 - text.size() % 4) % 4, '=');
    return "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n";
}

// Of the first that holds any; none: there is no bundle.
std::optional<Anchors> read_bundle(std::span<const char* const> bundles) {
    SystemFiles files;
    for (const char* path : bundles) {
        auto text = files.read(path, kBundle);
        if (!text) continue;
        Anchors anchors{path, certificate_blocks(*text)};
        if (!anchors.blocks.empty()) return anchors;
    }
    return std::nullopt;
}

Result<Anchors> read_ca_file(const std::string& ca_file) {
    auto text = SystemFiles().read(ca_file, kBundle);
    if (!text) return Error::admin("ca_file: " + text.error().text());
    Anchors anchors{ca_file, certificate_blocks(*text)};
    if (anchors.blocks.empty()) return Error::admin("ca_file: " + ca_file + " holds no certificate");
    return anchors;
}

}  // namespace

std::vector<std::string> certificate_blocks(std::string_view text) {
    constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----", kEnd = "-----END CERTIFICATE-----";
    std::vector<std::string> blocks;
    for (std::size_t at = text.find(kBegin); at != std::string_view::npos; at = text.find(kBegin, at)) {
        const auto end = text.find(kEnd, at);
        if (end == std::string_view::npos) break;
        const auto again = text.find(kBegin, at + kBegin.size());
        if (again < end) {  // this one has no end of its own
            at = again;
            continue;
        }
        blocks.push_back(std::string(text.substr(at, end + kEnd.size() - at)) + "\n");
        at = end;
    }
    return blocks;
}

std::span<const char* const> system_bundles() { return kSystemBundles; }

Result<Anchors> read_anchors(const std::string& ca_file) {
    if (!ca_file.empty()) return read_ca_file(ca_file);
    if (auto anchors = read_bundle(kSystemBundles)) return std::move(*anchors);
    return Error::admin("this system has no bundle of trusted CAs (on Debian: the package ca-certificates); install it, or "
                        "set ca_file");
}

Result<Anchors> read_ca_anchors(const std::string& ca_file, std::span<const char* const> bundles) {
    if (!ca_file.empty()) return read_ca_file(ca_file);
    if (auto anchors = read_bundle(bundles)) return std::move(*anchors);
    Anchors anchors{"the trust anchors built in, for this system has no bundle of them", {}};
    for (const BuiltInAnchor& one : built_in_anchors()) anchors.blocks.push_back(pem_of(one.der));
    return anchors;
}

Anchors visitors_anchors(const std::string& ca_file) {
    auto system = read_anchors("");
    if (!system) return {};
    Anchors anchors = std::move(system).value();
    if (ca_file.empty()) return anchors;
    if (auto own = read_anchors(ca_file)) {
        anchors.source += " and " + ca_file;
        anchors.blocks.insert(anchors.blocks.end(), own->blocks.begin(), own->blocks.end());
    }
    return anchors;
}

}  // namespace postern::acme
