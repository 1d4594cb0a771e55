// sim [--seed N] [--from N] [--count N] [--years N] [--jobs N] [--story]: lives of devices, and what they show.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>

#include "tests/sim/abreast.h"
#include "tests/sim/life.h"

using namespace postern;
using namespace postern::sim;

namespace {

struct Options {
    std::uint64_t from = 1, count = 100;
    int years = 10;
    unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
    bool story = false, first_only = false;
};

constexpr std::size_t kStoryLines = 200;  // the last ones
constexpr double kYear = 50;  // ms that a device-year may take
constexpr std::uint64_t kEnoughToTime = 1000;  // lives; fewer are over before a machine is at rest

std::optional<Options> options_from(int count, char** words) {
    Options options;
    for (int i = 1; i < count; ++i) {
        const std::string_view word = words[i];
        if (word == "--story" || word == "--first") {
            (word == "--story" ? options.story : options.first_only) = true;
            continue;
        }
        const auto number = i + 1 < count ? parse_decimal(words[++i]) : std::nullopt;
        if (!number) return std::nullopt;
        if (word == "--seed") {
            options.from = *number;
            options.count = 1;
        } else if (word == "--from") {
            options.from = *number;
        } else if (word == "--count") {
            options.count = *number;
        } else if (word == "--jobs" && *number > 0 && *number <= 64) {
            options.jobs = static_cast<unsigned>(*number);
        } else if (word == "--years" && *number > 0 && *number <= 50) {
            options.years = static_cast<int>(*number);
        } else {
            return std::nullopt;
        }
    }
    return options;
}

std::string life_in_words(const Fate& fate) {
    return std::to_string(fate.validity / 3600) + " h certificates, " + std::to_string(fate.sites) + " sites, " +
           (fate.battery ? "a clock with a battery" : "a clock without a battery") +
           (fate.healthy ? ", healthy" : ", " + std::to_string(fate.stretches.size()) + " troubles");
}

void tell(const Fate& fate, bool whole) {
    const Life told = live(fate, true);
    (void)std::printf("seed %llu: %s\n", static_cast<unsigned long long>(fate.seed), life_in_words(fate).c_str());
    const std::size_t size = told.story.size();
    const std::size_t first = whole || size <= kStoryLines ? 0 : size - kStoryLines;
    if (first > 0) (void)std::printf("  (%zu lines before; --story has them)\n", first);
    for (std::size_t i = first; i < size; ++i) (void)std::printf("  %s\n", told.story[i].c_str());
    for (const std::string& fault : told.faults)
        (void)std::printf("FAILED seed %llu: %s\n", static_cast<unsigned long long>(fate.seed), fault.c_str());
}

double at(const std::vector<double>& sorted, double share) {
    return sorted.empty() ? 0 : sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

struct Sum {
    std::vector<double> margins[2];  // of those with troubles, of the healthy
    std::uint64_t written = 0, store = 0;
    long long cuts = 0, renewals = 0;

    void add(const Fate& fate, const Figures& figures) {
        std::vector<double>& all = margins[fate.healthy ? 1 : 0];
        all.insert(all.end(), figures.margins.begin(), figures.margins.end());
        written = std::max(written, figures.most_written);
        store = std::max(store, figures.largest_store);
        cuts += figures.power_cuts;
        renewals += figures.renewals;
    }
    void show() {
        static constexpr const char* kWho[] = {"with troubles", "healthy"};
        for (int i = 0; i < 2; ++i) {
            std::sort(margins[i].begin(), margins[i].end());
            const auto share = [&](double of) { return 100 * at(margins[i], of); };
            (void)std::printf("life left at renewal, %s: least %.1f %%, 1 in 1000 %.1f %%, 1 in 100 %.1f %%, "
                              "median %.1f %% (%zu renewals)\n",
                              kWho[i], share(0), share(0.001), share(0.01), share(0.5), margins[i].size());
        }
        (void)std::printf("%lld renewals, %lld power cuts; at most %llu bytes written for one renewal, %llu in a store\n",
                          renewals, cuts,
                          static_cast<unsigned long long>(written), static_cast<unsigned long long>(store));
    }
};

}  // namespace

int main(int count, char** words) {
    const auto options = options_from(count, words);
    if (!options) {
        (void)std::fprintf(stderr, "usage: sim [--seed N] [--from N] [--count N] [--years N] [--jobs N] [--story] [--first]\n");
        return 2;
    }
    (void)std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);  // who waits for a failure sees it
    Sum sum;
    std::uint64_t failed = 0, lived = 0;
    const auto began = std::chrono::steady_clock::now();
    Abreast abreast(options->from, options->count, options->years, options->jobs);
    while (const auto life = abreast.next()) {
        const Fate fate = draw_fate(life->seed, options->years);
        ++lived;
        sum.add(fate, life->figures);
        if (life->failed || options->story) tell(fate, options->story);  // lives it once more
        failed += life->failed ? 1 : 0;
        if (options->first_only && failed > 0) break;
    }
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
    const double years = static_cast<double>(lived) * options->years;
    sum.show();
    const double passed = took.count() / years, busy = 1000 * abreast.processor_time() / years;
    (void)std::printf("%.1f ms a device-year, %u at a time; %.1f ms of processor time\n", passed, options->jobs, busy);
    // On a machine that others use the time that passes says little, on one of many processors the other says too much.
    const bool slow = lived >= kEnoughToTime && std::min(passed, busy) > kYear;
    if (slow) (void)std::printf("FAILED a device-year takes more than %.0f ms\n", kYear);
    (void)std::printf("%llu passed, %llu failed\n", static_cast<unsigned long long>(lived - failed),
                      static_cast<unsigned long long>(failed));
    return failed == 0 && !slow ? 0 : 1;
}
