#include "firmware/process/own_figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include "server/base/text.h"

namespace postern::process {

namespace {

constexpr std::size_t kStatm = 4096;  // real ones have 30 bytes

std::uint64_t ms_of(const timeval& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1000 + static_cast<std::uint64_t>(time.tv_usec) / 1000;
}

// The second number of /proc/self/statm, in pages; see proc(5).
std::optional<std::uint64_t> resident(FileSystem& files) {
    const auto text = files.read("/proc/self/statm", kStatm);
    const long page = sysconf(_SC_PAGESIZE);
    if (!text || page <= 0) return std::nullopt;
    const auto words = split(*text, ' ');
    if (words.size() < 2) return std::nullopt;
    std::uint64_t pages = 0;
    for (const char c : words[1]) {
        if (!is_digit(c)) return std::nullopt;
        pages = pages * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return pages * static_cast<std::uint64_t>(page);
}

}  // namespace

OwnFigures own_figures(FileSystem& files) {
    OwnFigures figures;
    rusage used{};
    if (getrusage(RUSAGE_SELF, &used) == 0) figures.cpu_ms = ms_of(used.ru_utime) + ms_of(used.ru_stime);
    figures.resident_bytes = resident(files);
    const auto open = files.list("/proc/self/fd");
    if (open && !open->empty()) figures.open_fds = open->size() - 1;  // without the one that lists them
    rlimit most{};
    if (getrlimit(RLIMIT_NOFILE, &most) == 0 && most.rlim_cur != RLIM_INFINITY) figures.max_fds = most.rlim_cur;
    return figures;
}

}  // namespace postern::process
