#include "server/site/static_files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "server/base/text.h"
#include "server/http/chars.h"
#include "server/http/mime.h"
#include "server/http/range.h"
#include "server/http/status.h"
#include "server/site/error_page.h"
#include "server/site/file_response.h"
#include "server/site/open_beneath.h"

namespace postern::site {
namespace {

using http::Condition;
using http::Context;
using http::Request;
using http::Response;

// The one folder that begins with a dot and is meant to be seen (RFC 8615).
constexpr std::string_view kWellKnown = "/.well-known";

// True when a segment of the path begins with a dot.
bool is_hidden(std::string_view path) {
    if (has_prefix(path, kWellKnown) && (path.size() == kWellKnown.size() || path[kWellKnown.size()] == '/')) {
        path.remove_prefix(kWellKnown.size());
    }
    return path.find("/.") != std::string_view::npos;
}

// What the failure of an open means to the peer: that the server is short of something, or that nothing is shown.
// Missing, forbidden, escaping the root, a loop of symlinks, a name too long: one and the same 404.
std::uint16_t status_of(int error) {
    switch (error) {
        case EMFILE:
        case ENFILE:
        case ENOMEM: return 503;
        case EIO: return 500;
        default: return 404;
    }
}

long long seconds(const Context& context) { return context.wall.time_since_epoch().count(); }

Response from_cache(const CachedFile& file, const Request& request, const Context& context) {
    Response response;
    switch (evaluate(request, file.facts.validators(), seconds(context))) {
        case Condition::kFailed: return error_response(412);
        case Condition::kNotModified:
            response.status = 304;
            response.prebuilt = file.not_modified;
            return response;
        case Condition::kSend: break;
    }
    const auto ranges = select_ranges(request, file.facts.validators(), file.content->body_size, seconds(context));
    if (ranges.kind() != http::RangeSet::Kind::kWhole) return partial_cached(file, ranges);
    response.prebuilt = file.content;
    return response;
}

// To the same path with a slash: a reference without scheme and host. The decoded path has no "//" at its front that a
// browser could take for a host, so it is that which is encoded again, not what was sent.
Response to_folder(const Request& request) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string location;
    for (const char c : request.path) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_char(c, http::kPathChar)) location += c;
        else ((location += '%') += kHex[byte >> 4]) += kHex[byte & 15];
    }
    location += '/';
    if (request.has_query) (location += '?') += request.query;
    Response response = error_response(301);
    response.fields.emplace_back("Location", std::move(location));
    return response;
}

}  // namespace

struct StaticFiles::State {
    UniqueFd root;
    std::string index;
    std::shared_ptr<FileCache> cache;
    std::uint32_t root_id = 0;
    std::string lookup;  // room for a path; keeps its size from request to request

    Response look_up(const Request& request, const Context& context);
    Response serve(OpenFile file, const Request& request, const Context& context);
    Response read_and_serve(OpenFile file, const Request& request, const Context& context);
};

// Asks the file system: not found in the cache, or not looked at for a while.
Response StaticFiles::State::look_up(const Request& request, const Context& context) {
    if (request.encoded_slash || request.above_root || is_hidden(request.path)) return not_found();
    const bool folder = request.path.back() == '/';
    lookup.assign(request.path.substr(1));
    if (folder) lookup += index;
    OpenFile file;
    Opened opened = open_beneath(root.get(), lookup);
    struct stat status {};
    if (!opened.fd || ::fstat(opened.fd.get(), &status) != 0) {
        cache->erase(root_id, request.path);
        return error_response(status_of(opened.error));
    }
    if (!S_ISREG(status.st_mode)) {
        cache->erase(root_id, request.path);
        return S_ISDIR(status.st_mode) && !folder ? to_folder(request) : not_found();
    }
    file.fd = std::move(opened.fd);
    file.stamp = stamp_of(status);
    return serve(std::move(file), request, context);
}

Response StaticFiles::State::serve(OpenFile file, const Request& request, const Context& context) {
    CachedFile* known = cache->find(root_id, request.path);
    if (known != nullptr && known->settled && known->stamp == file.stamp) {
        known->looked_at = context.now;
        return from_cache(*known, request, context);
    }
    file.facts = facts_of(file.stamp, context.wall);
    file.facts.media_type = http::media_type(lookup);
    if (file.stamp.size <= limits::kCachedFile) return read_and_serve(std::move(file), request, context);
    cache->erase(root_id, request.path);
    switch (evaluate(request, file.facts.validators(), seconds(context))) {
        case Condition::kFailed: return error_response(412);
        case Condition::kNotModified: return not_modified(file.facts);
        case Condition::kSend: break;
    }
    const auto ranges = select_ranges(request, file.facts.validators(), file.stamp.size, seconds(context));
    if (ranges.kind() != http::RangeSet::Kind::kWhole) return partial_file(std::move(file), ranges);
    return stream_file(std::move(file));
}

Response StaticFiles::State::read_and_serve(OpenFile file, const Request& request, const Context& context) {
    CachedFile fresh;
    // Cut short between the look and the reading: whoever writes it is not done.
    if (!read_file(std::move(file), fresh)) return error_response(503);
    fresh.settled = is_settled(fresh.stamp, context.wall);
    fresh.looked_at = context.now;
    Response response = from_cache(fresh, request, context);
    cache->put(root_id, request.path, std::move(fresh));
    return response;
}

Result<std::unique_ptr<StaticFiles>> StaticFiles::open(const StaticOptions& options) {
    UniqueFd root(::open(options.root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root) return Error::system(options.root, errno);
    auto state = std::make_unique<State>();
    state->root = std::move(root);
    state->index = options.index;
    state->cache = options.cache ? options.cache : std::make_shared<FileCache>();
    state->root_id = state->cache->new_root();
    return std::make_unique<StaticFiles>(std::move(state));
}

StaticFiles::StaticFiles(std::unique_ptr<State> state) : state_(std::move(state)) {}
StaticFiles::~StaticFiles() = default;

Response StaticFiles::handle(const Request& request, const Context& context) {
    switch (request.method) {
        case http::Method::kGet:
        case http::Method::kHead: break;
        case http::Method::kOptions: return options_response();
        default: return error_response(405);
    }
    const CachedFile* file = state_->cache->find(state_->root_id, request.path);
    if (file != nullptr && context.now - file->looked_at < limits::kCacheTrust) return from_cache(*file, request, context);
    return state_->look_up(request, context);
}

}  // namespace postern::site
