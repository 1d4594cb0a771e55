#include "server/site/file_stamp.h"

#include <sys/stat.h>

#include <algorithm>

#include "server/http/date.h"

namespace postern::site {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * kSecond + time.tv_nsec; }

// The finalizer of SplitMix64: every bit of the input moves every bit of the output.
std::uint64_t mix(std::uint64_t sum, std::uint64_t value) {
    std::uint64_t x = (sum ^ value) + 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

// Without device and change time: a restart or a chmod makes no new content.
std::string etag_of(const FileStamp& stamp) {
    std::uint64_t sum = 0;
    for (const std::uint64_t part : {stamp.inode, stamp.size, static_cast<std::uint64_t>(stamp.modified_ns)}) {
        sum = mix(sum, part);
    }
    std::string text = "\"";
    for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[sum >> shift & 15];
    return text + '"';
}

std::int64_t seconds_of(std::int64_t ns) { return ns / kSecond - (ns % kSecond < 0 ? 1 : 0); }

}  // namespace

FileStamp stamp_of(const struct stat& status) {
    FileStamp stamp;
    stamp.device = status.st_dev;
    stamp.inode = status.st_ino;
    stamp.size = static_cast<std::uint64_t>(status.st_size);
    stamp.modified_ns = nanoseconds(status.st_mtim);
    stamp.changed_ns = nanoseconds(status.st_ctim);
    return stamp;
}

FileFacts facts_of(const FileStamp& stamp, WallTime now) {
    FileFacts facts;
    facts.etag = etag_of(stamp);
    facts.modified = seconds_of(stamp.modified_ns);
    if (facts.modified <= now.time_since_epoch().count()) facts.modified_text = http::format_date(facts.modified);
    return facts;
}

bool is_settled(const FileStamp& stamp, WallTime now) {
    const std::int64_t latest = std::max(stamp.modified_ns, stamp.changed_ns);
    return seconds_of(latest) + 2 < now.time_since_epoch().count();
}

}  // namespace postern::site
