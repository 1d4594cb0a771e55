#include "server/site/listing.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <vector>

#include "server/base/limits.h"
#include "server/base/text.h"
#include "server/crypto/hash.h"
#include "server/site/open_beneath.h"
#include "server/site/path_text.h"
#include "server/site/prebuilt.h"

namespace postern::site {
namespace {

struct Entry {
    std::string name;
    bool folder = false;
    std::uint64_t size = 0;
    std::int64_t modified = 0;  // seconds since 1970
};

struct CloseFolder {
    void operator()(DIR* folder) const { ::closedir(folder); }
};
using OpenFolder = std::unique_ptr<DIR, CloseFolder>;

OpenFolder open_folder(int root, const std::string& folder) {
    constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC;
    UniqueFd fd = folder.empty() ? UniqueFd(::openat(root, ".", kFlags)) : open_beneath(root, folder).fd;
    DIR* opened = fd ? ::fdopendir(fd.get()) : nullptr;  // null for a file
    if (opened != nullptr) (void)fd.release();
    return OpenFolder(opened);
}

// What the name leads to, as a request for it would find it.
bool look_at(int root, const std::string& folder, int at, Entry& entry) {
    struct stat status {};
    if (::fstatat(at, entry.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return false;
    if (S_ISLNK(status.st_mode)) {
        const Opened opened = open_beneath(root, folder.empty() ? entry.name : folder + "/" + entry.name);
        if (!opened.fd || ::fstat(opened.fd.get(), &status) != 0) return false;
    }
    entry.folder = S_ISDIR(status.st_mode);
    entry.size = static_cast<std::uint64_t>(status.st_size);
    entry.modified = status.st_mtim.tv_sec;
    return entry.folder || S_ISREG(status.st_mode);
}

// Folders first, by name. `more`: there are names that were not read.
std::vector<Entry> read_entries(int root, const std::string& folder, DIR* opened, bool& more) {
    std::vector<Entry> entries;
    std::size_t seen = 0;
    const dirent* one = nullptr;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else reads this stream; POSIX.1-2024 makes that safe
    while ((one = ::readdir(opened)) != nullptr) {
        if (seen++ == limits::kListed) {
            more = true;
            break;
        }
        Entry entry;
        entry.name = one->d_name;
        if (entry.name.front() != '.' && look_at(root, folder, ::dirfd(opened), entry)) entries.push_back(std::move(entry));
    }
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return a.folder != b.folder ? a.folder : a.name < b.name; });
    return entries;
}

// "512", "1.5k", "12M": as `ls -h` shows it.
std::string size_text(std::uint64_t size) {
    constexpr std::string_view kUnits = " kMGTPE";
    std::size_t unit = 0;
    std::uint64_t tenths = size * 10;
    if (size < 1024) return std::to_string(size);
    for (tenths = size / 1024 * 10 + size % 1024 * 10 / 1024, unit = 1; tenths >= 10240; tenths /= 1024) ++unit;
    std::string text = std::to_string(tenths / 10);
    if (tenths < 100) (text += '.') += static_cast<char>('0' + tenths % 10);
    return text + kUnits[unit];
}

// "2026-11-22 09:30", in UTC as all of HTTP's times.
std::string time_text(std::int64_t seconds) {
    std::string text = to_rfc3339(seconds).substr(0, 16);
    std::replace(text.begin(), text.end(), 'T', ' ');
    return text;
}

void add_row(std::string& page, const Entry& entry) {
    const std::string slash = entry.folder ? "/" : "";
    // "./" keeps a name with a colon from being taken for a scheme.
    page += "<tr><td><a href=\"./" + html_text(encode_path(entry.name)) + slash + "\">" + html_text(entry.name) + slash + "</a><td>" +
            (entry.folder ? std::string() : size_text(entry.size)) + "<td>" + time_text(entry.modified) + "\n";
}

std::string make_page(std::string_view path, const std::vector<Entry>& entries, bool more) {
    const std::string title = "Index of " + html_text(path);
    std::string page = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" + title + "</title>\n"
                       "<style>:root{color-scheme:light dark}body{font-family:sans-serif;margin:2em}th,td{text-align:left;"
                       "padding:.2em 2em .2em 0;overflow-wrap:anywhere}td+td,th+th{white-space:nowrap}</style>\n<h1>" + title + "</h1>\n"
                       "<table>\n<thead><tr><th scope=\"col\">Name<th scope=\"col\">Size<th scope=\"col\">Changed (UTC)</thead>\n<tbody>\n";
    if (path != "/") page += "<tr><td><a href=\"../\">../</a> (up)<td><td>\n";
    for (const Entry& entry : entries) add_row(page, entry);
    page += "</tbody>\n</table>\n";
    if (more) page += "<p>There are more than are shown here.</p>\n";
    return page + "</html>\n";
}

}  // namespace

bool list_folder(int root, const std::string& folder, std::string_view path, CachedFile& out) {
    const OpenFolder opened = open_folder(root, folder);
    if (!opened) return false;
    bool more = false;
    const std::vector<Entry> entries = read_entries(root, folder, opened.get(), more);
    const std::string page = make_page(path, entries, more);
    out.facts.etag = '"' + to_hex(crypto::sha256(page).substr(0, 8)) + '"';
    out.facts.media_type = "text/html; charset=utf-8";
    const std::string tag = "ETag: " + out.facts.etag + "\r\n";
    out.content = make_prebuilt("HTTP/1.1 200 OK\r\nContent-Type: " + std::string(out.facts.media_type) + "\r\nContent-Length: " +
                                    std::to_string(page.size()) + "\r\n" + tag + "X-Content-Type-Options: nosniff\r\n",
                                page);
    out.not_modified = make_prebuilt("HTTP/1.1 304 Not Modified\r\n" + tag);
    return true;
}

}  // namespace postern::site
