// Certificates that come from files which somebody else keeps: taken like an upload as soon as they have changed and are good.
#include "acme/keeper.h"
#include "acme/protocol/problem.h"
#include "acme/upload.h"
#include "server/base/limits.h"
#include "server/base/text.h"
#include "server/crypto/cert_bundle.h"
#include "server/crypto/hash.h"

namespace postern::acme {

namespace {

Result<Upload> read_files(FileSystem& files, const CertFiles& from) {
    TRY(std::string chain, files.read(from.chain, limits::kPemFile));
    Upload read;
    read.chain = Secret(std::move(chain));  // one file may hold the key too
    TRY(std::string key, files.read(from.key, limits::kPemFile));
    read.key = Secret(std::move(key));
    return read;
}

std::string hash_of(const Result<Upload>& read) {
    if (!read) return read.error().text();
    return crypto::sha256(crypto::sha256(read->chain.view()) + crypto::sha256(read->key.view()));
}

Problem problem_of(const CertFiles& from, Error error) {
    const std::string where = from.key == from.chain ? from.chain : from.chain + " with " + from.key;
    return {"files", std::move(error).at(where).text(), std::string(advice_for("files"))};
}

}  // namespace

// The same text is judged once, unless it could not be used: disks are emptied, clocks set right. What cannot be used is told
// after a while: whoever writes two files writes one of them first.
void Keeper::look_at_files(Lineage& lineage, bool tell_at_once) {
    if (!lineage.wanted().files) return;
    const CertFiles& from = *lineage.wanted().files;
    const auto read = read_files(parts_.files, from);
    std::string hash = hash_of(read);
    if (!tell_at_once && !lineage.doubted && !lineage.job().problem && hash == lineage.seen) return;
    lineage.seen = std::move(hash);
    Result<void> taken = read ? take_files(lineage, *read) : Result<void>(read.error());
    if (taken) {
        lineage.doubted.reset();
        return doubt(lineage, std::nullopt);
    }
    if (!lineage.doubted) lineage.doubted = clock_.steady();
    if (!tell_at_once && clock_.steady() - *lineage.doubted < kSecondLook) return;
    lineage.doubted.reset();
    doubt(lineage, problem_of(from, std::move(taken).error()));
}

// The second pair of a site is for clients that cannot check the first one's kind of key: nobody would ever see another of that
// kind.
Result<void> Keeper::check_kind(const Lineage& second, const Pair& pair) const {
    const auto is_rsa = [](const crypto::CertFacts& facts) { return has_prefix(facts.key, "rsa"); };
    for (const Lineage& first : lineages_) {
        const bool is_first = first.wanted().files && has_prefix(second.wanted().name, first.wanted().name + "+");
        if (!is_first || !first.by_owner() || is_rsa(first.serving()->facts()) != is_rsa(pair->facts())) continue;
        return Error::refuse("its key is " + pair->facts().key + ", and that of " + first.wanted().files->chain + " is " +
                             first.serving()->facts().key + ": of two pairs one has an EC key and one an RSA key, or nobody is shown the second");
    }
    return {};
}

Result<void> Keeper::take_files(Lineage& lineage, const Upload& sent) {
    TRY(const Upload read, read_upload(sent));
    TRY(const Pair pair, check_pair(lineage.wanted(), read, clock_.wall(), parts_.probe));
    TRY_VOID(check_kind(lineage, pair));
    if (lineage.job().is_revoked(pair->facts().fingerprint)) return Error::refuse("it has been revoked");
    if (lineage.rung() == Rung::kPublic && lineage.by_owner()) {
        const auto stored = store_->archive().read(lineage.wanted().name, lineage.generation());
        if (stored && stored->fullchain == stored_form(read.chain).view()) return {};
    }
    return take_over(lineage, read, pair, clock_.wall());
}

// As somebody asks for it.
bool Keeper::look_now(Lineage& lineage) {
    const int before = lineage.generation();
    look_at_files(lineage, true);
    if (lineage.job().problem) return told_failure(lineage, lineage.job().problem->detail);
    if (lineage.generation() == before) tell(lineage, lineage.wanted().files->chain + " holds what serves already");
    return true;
}

void Keeper::doubt(Lineage& lineage, std::optional<Problem> problem) {
    const std::string detail = problem ? problem->detail : "";
    if (!lineage.doubt(std::move(problem), clock_.wall())) return;
    if (!detail.empty()) parts_.log.error("acme.files", {{"certificate", lineage.wanted().name}, {"problem", detail}});
    save_job(lineage);
}

// What was taken before the thread ran: who is told may take minutes.
void Keeper::tell_of_first() {
    for (const std::string& name : std::exchange(untold_, {}))
        for (const Lineage& lineage : lineages_)
            if (parts_.listener && lineage.wanted().name == name) hear(name, parts_.listener->installed(name, lineage.wanted().names));
}

}  // namespace postern::acme
