#include "firmware/checks/cases.h"

#include <algorithm>

#include "acme/clock_bound.h"
#include "acme/store/job.h"
#include "firmware/config/find_ca.h"
#include "firmware/config/plan.h"
#include "server/base/limits.h"
#include "server/crypto/cert_bundle.h"

namespace postern::checks {

namespace {

using acme::preflight::Case;

std::string account_of(FileSystem& files, const std::string& state, const acme::CaSettings& ca) {
    const auto text = files.read(state + "/accounts/" + ca.name + "/account.json", limits::kStateFile);
    const auto record = text ? acme::account_from(*text) : Result<acme::AccountRecord>(text.error());
    return record && record->directory == ca.directory_url ? record->url : std::string();
}

Case case_of(FileSystem& files, const std::string& state, const acme::WantedCert& wanted, std::vector<std::string> methods) {
    Case one;
    one.certificate = wanted.name;
    one.names = wanted.names;
    one.methods = std::move(methods);
    if (one.methods.empty()) one.methods = {"http-01"};
    one.directory_url = wanted.ca.directory_url;
    one.ca_file = wanted.ca.ca_file;
    one.account_url = account_of(files, state, wanted.ca);
    one.has_external_account = wanted.ca.external.key != nullptr;
    one.order = {wanted.ca.directory_url, wanted.ca.limits, wanted.names, false, one.account_url.empty()};
    const auto chain = files.read(state + "/live/" + wanted.name + "/fullchain.pem", limits::kPemFile);
    const auto facts = chain ? crypto::read_facts(*chain) : Result<crypto::CertFacts>(chain.error());
    if (!facts) return one;
    auto have = facts->names, want = wanted.names;
    std::sort(have.begin(), have.end());
    std::sort(want.begin(), want.end());
    one.order.renewal = have == want;
    return one;
}

}  // namespace

acme::preflight::Frame frame_of(const config::Config& config, FileSystem& files, bool whole) {
    const config::Plan plan = config::make_plan(config);
    acme::preflight::Frame frame;
    frame.whole = whole;
    frame.clock_bound = acme::clock_bound_of(files, config.server.state);
    const auto set = [](const std::vector<net::Address>& listeners, int reached, std::uint16_t& port, std::uint16_t& listener) {
        port = listeners.empty() ? 0 : static_cast<std::uint16_t>(reached);
        listener = listeners.empty() ? 0 : listeners.front().port();
    };
    set(config.server.http, plan.public_http_port, frame.http_port, frame.http_listener);
    set(config.server.https, plan.public_https_port, frame.https_port, frame.https_listener);
    return frame;
}

std::vector<Case> cases_of(const config::Config& config, FileSystem& files, const std::string& only) {
    std::vector<Case> cases;
    for (const config::SiteSection& site : config.sites) {
        if (!site.wanted || (!only.empty() && site.folder != only)) continue;
        cases.push_back(case_of(files, config.server.state, *site.wanted, site.challenge));
    }
    return cases;
}

std::vector<Case> case_of_names(const config::Config& config, FileSystem& files, const std::vector<std::string>& names) {
    const auto ca = config.acme.ca.empty() ? std::nullopt : config::find_ca(config, config.acme.ca.front());
    if (!ca) return {};
    acme::WantedCert wanted;
    wanted.name = names.front();
    wanted.names = names;
    wanted.ca = *ca;
    return {case_of(files, config.server.state, wanted, config.acme.challenge)};
}

acme::Ledger ledger_of(FileSystem& files, const std::string& state) {
    const auto text = files.read(state + "/ledger.json", limits::kStateFile);
    auto full = text ? acme::full_at_from(*text) : Result<acme::FullAt>(text.error());
    return full ? acme::Ledger(std::move(*full)) : acme::Ledger();
}

}  // namespace postern::checks
