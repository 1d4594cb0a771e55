#include "acme/clock_bound.h"

#include "acme/policy/clock_gate.h"
#include "acme/store/archive.h"
#include "acme/store/job.h"
#include "server/base/limits.h"
#include "server/crypto/cert_bundle.h"

namespace postern::acme {

namespace {

std::optional<WallTime> saved_time(FileSystem& files, const std::string& state) {
    const auto text = files.read(state + "/clock", limits::kStateFile);
    return text ? good_time_from(*text) : std::nullopt;
}

}  // namespace

WallTime clock_bound_of(FileSystem& files, const std::string& state) {
    std::vector<WallTime> passed;
    if (const auto saved = saved_time(files, state)) passed.push_back(*saved);
    Archive archive(files, state, FileSystem::kKeepGroup);
    const auto names = archive.names();
    for (const std::string& name : names ? *names : std::vector<std::string>{}) {
        const auto numbers = archive.generations(name);
        for (const int number : numbers ? *numbers : std::vector<int>{}) {
            const auto chain = archive.read_chain(name, number);
            const auto facts = chain ? crypto::read_facts(*chain) : Result<crypto::CertFacts>(chain.error());
            if (facts) passed.push_back(facts->not_before);
        }
    }
    return clock_lower_bound(build_time(), passed);
}

}  // namespace postern::acme
