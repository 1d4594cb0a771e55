#include "server/site/static_files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "server/base/text.h"
#include "server/http/mime.h"
#include "server/http/range.h"
#include "server/http/status.h"
#include "server/site/error_page.h"
#include "server/site/file_response.h"
#include "server/site/listing.h"
#include "server/site/open_beneath.h"
#include "server/site/path_text.h"
#include "server/site/siblings.h"
#include "server/site/type_patterns.h"

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

HaveCodings codings_of(const CachedFile& file) {
    HaveCodings have{};
    for (std::size_t i = 0; i < kPackedCodings; ++i) have[i] = file.packed[i] != nullptr;
    return have;
}

// The coding of the file that this client gets.
const Variant& variant_for(const CachedFile& file, const Request& request) {
    if (!file.facts.varies) return file;
    const Coding coding = choose_coding(request, codings_of(file));
    return coding == Coding::kIdentity ? file : *file.packed[static_cast<std::size_t>(coding)];
}

Response from_cache(const CachedFile& file, const Request& request, const Context& context) {
    const Variant& variant = variant_for(file, request);
    Response response;
    switch (evaluate(request, variant.facts.validators(), seconds(context))) {
        case Condition::kFailed: return error_response(412);
        case Condition::kNotModified:
            response.status = 304;
            response.prebuilt = variant.not_modified;
            return response;
        case Condition::kSend: break;
    }
    const auto ranges = select_ranges(request, variant.facts.validators(), variant.content->body_size, seconds(context));
    if (ranges.kind() != http::RangeSet::Kind::kWhole) return partial_cached(variant, ranges);
    response.prebuilt = variant.content;
    return response;
}

Response from_file(OpenFile file, const Request& request, const Context& context) {
    switch (evaluate(request, file.facts.validators(), seconds(context))) {
        case Condition::kFailed: return error_response(412);
        case Condition::kNotModified: return not_modified(file.facts);
        case Condition::kSend: break;
    }
    const auto ranges = select_ranges(request, file.facts.validators(), file.stamp.size, seconds(context));
    if (ranges.kind() != http::RangeSet::Kind::kWhole) return partial_file(std::move(file), ranges);
    return stream_file(std::move(file));
}

// Nothing has changed since it was read: neither the file nor what lies beside it.
bool still_true(const CachedFile& known, const OpenFile& file, const Siblings& siblings) {
    if (!known.settled || known.stamp != file.stamp) return false;
    for (std::size_t i = 0; i < kPackedCodings; ++i) {
        // A copy that we made has no stamp, as where there is none.
        const FileStamp before = known.packed[i] ? known.packed[i]->stamp : FileStamp();
        if (siblings[i].stamp != before) return false;
    }
    return true;
}

// To the same path with a slash: a reference without scheme and host. The decoded path has no "//" at its front that a
// browser could take for a host, so it is that which is encoded again, not what was sent.
Response to_folder(const Request& request) {
    std::string location = encode_path(request.path) + '/';
    if (request.has_query) (location += '?') += request.query;
    Response response = error_response(301);
    response.fields.emplace_back("Location", std::move(location));
    return response;
}

}  // namespace

struct StaticFiles::State {
    StaticOptions options;
    UniqueFd root;
    std::shared_ptr<FileCache> cache;
    std::uint32_t root_id = 0;
    std::string lookup;  // room for a path; keeps its size from request to request

    Response handle(const Request& request, const Context& context);
    Response from_entry(CachedFile& file, const Request& request, const Context& context);
    bool is_packable(const OpenFile& file) const;
    Response look_up(const Request& request, const Context& context);
    Response missing(const Request& request, const Context& context, int error);
    std::optional<Response> list(const Request& request, const Context& context);
    bool has_room(const OpenFile& file, const Siblings& siblings) const;
    Response serve(OpenFile file, const Request& request, const Context& context);
    Response read_and_serve(OpenFile file, Siblings siblings, const Request& request, const Context& context);

    // Below the root, with the slash at its front; empty for the root itself where it was asked for without a slash.
    std::string_view below_root(const Request& request) const { return request.path.substr(options.prefix.size()); }
    std::string_view media_type() const;
};

Response StaticFiles::State::handle(const Request& request, const Context& context) {
    CachedFile* file = cache->find(root_id, request.path);
    const bool counts = file != nullptr && !request.above_root && context.now - file->looked_at < limits::kCacheTrust;
    if (counts) return from_entry(*file, request, context);
    return look_up(request, context);
}

// A file that may be packed is, once for each version of it: on the first request that would get that.
Response StaticFiles::State::from_entry(CachedFile& file, const Request& request, const Context& context) {
    constexpr auto kGzip = static_cast<std::size_t>(Coding::kGzip);
    if (!file.may_pack) return from_cache(file, request, context);
    HaveCodings have = codings_of(file);
    have[kGzip] = true;
    if (choose_coding(request, have) != Coding::kGzip) return from_cache(file, request, context);
    const auto held = file.content;  // so that it stays when room is made for its copy
    if (!cache->make_room(FileCache::cost_of_size(held->bytes.size()), 0)) return from_cache(file, request, context);
    file.may_pack = false;
    file.packed[kGzip] = gzip_of(file);
    cache->grown(root_id, request.path);
    return from_cache(file, request, context);
}

// Of a file of this type and size a copy is made where none lies beside it.
bool StaticFiles::State::is_packable(const OpenFile& file) const {
    if (!options.compress || file.stamp.size < options.compress_min || file.stamp.size > limits::kPackedFile) return false;
    return is_named(file.facts.media_type, options.compress_types);
}

// Asks the file system: not found in the cache, or not looked at for a while.
Response StaticFiles::State::look_up(const Request& request, const Context& context) {
    const std::string_view path = below_root(request);
    if (request.encoded_slash || request.above_root || is_hidden(path)) return not_found();
    if (path.empty()) return to_folder(request);
    const bool folder = path.back() == '/';
    lookup.assign(path.substr(1));
    if (folder) lookup += options.index;
    OpenFile file;
    Opened opened = open_beneath(root.get(), lookup);
    struct stat status {};
    if (!opened.fd || ::fstat(opened.fd.get(), &status) != 0) return missing(request, context, opened.error);
    if (S_ISDIR(status.st_mode) && !folder) {
        cache->erase(root_id, request.path);
        return to_folder(request);
    }
    if (!S_ISREG(status.st_mode)) return missing(request, context, ENOENT);
    file.fd = std::move(opened.fd);
    file.stamp = stamp_of(status);
    return serve(std::move(file), request, context);
}

// What there is instead of the file. The path of a single-page application is not kept in the cache: it has as many as it likes.
Response StaticFiles::State::missing(const Request& request, const Context& context, int error) {
    cache->erase(root_id, request.path);
    const std::uint16_t status = status_of(error);
    if (status != 404) return error_response(status);
    const std::string_view path = below_root(request);
    if (options.listing && path.back() == '/')
        if (std::optional<Response> page = list(request, context)) return std::move(*page);
    if (!options.spa || path == "/") return not_found();
    Request front = request;
    const std::string front_path = options.prefix + "/";
    front.path = front_path;
    return handle(front, context);
}

// Puts the page of the folder into the cache, where it counts as long as any file does before it is looked at again.
std::optional<Response> StaticFiles::State::list(const Request& request, const Context& context) {
    CachedFile page;
    std::string_view folder = request.path.substr(options.prefix.size() + 1);
    if (!folder.empty()) folder.remove_suffix(1);
    if (!list_folder(root.get(), std::string(folder), request.path, page)) return std::nullopt;
    page.looked_at = context.now;
    CachedFile* kept = cache->put(root_id, request.path, std::move(page));
    return kept != nullptr ? from_entry(*kept, request, context) : error_response(503);
}

// With all that lies beside it: where too much is held by answers that nobody takes, it is read as it is sent.
bool StaticFiles::State::has_room(const OpenFile& file, const Siblings& siblings) const {
    std::size_t cost = FileCache::cost_of_size(file.stamp.size) + options.prefix.size() + lookup.size();
    for (const OpenFile& sibling : siblings)
        if (sibling.fd) cost += FileCache::cost_of_size(sibling.stamp.size);
    return cache->make_room(cost, 1);
}

std::string_view StaticFiles::State::media_type() const {
    for (const MimeRule& rule : options.mime) {
        const std::size_t size = rule.ending.size();
        if (lookup.size() > size && equal_no_case(std::string_view(lookup).substr(lookup.size() - size), rule.ending)) return rule.type;
    }
    return http::media_type(lookup);
}

Response StaticFiles::State::serve(OpenFile file, const Request& request, const Context& context) {
    const std::string_view type = media_type();
    Siblings siblings;
    if (options.compress && may_have_siblings(type, lookup)) siblings = open_siblings(root.get(), lookup);
    const bool small = file.stamp.size <= limits::kCachedFile;
    // Of a small file no copy is large; were one, it would have no room in the cache.
    for (OpenFile& sibling : siblings) {
        if (small && sibling.stamp.size > limits::kCachedFile) sibling = OpenFile();
    }
    CachedFile* known = cache->find(root_id, request.path);
    if (known != nullptr && still_true(*known, file, siblings)) {
        known->looked_at = context.now;
        return from_entry(*known, request, context);
    }
    file.facts = facts_of(file.stamp, context.wall);
    file.facts.media_type = type;
    file.facts.cache_control = options.cache_control;
    file.facts.varies = is_packable(file);
    for (const OpenFile& sibling : siblings) file.facts.varies = file.facts.varies || sibling.fd;
    for (std::size_t i = 0; i < kPackedCodings; ++i) {
        if (siblings[i].fd) siblings[i].facts = coded_facts(file.facts, facts_of(siblings[i].stamp, context.wall), static_cast<Coding>(i));
    }
    if (small && has_room(file, siblings)) return read_and_serve(std::move(file), std::move(siblings), request, context);
    cache->erase(root_id, request.path);
    HaveCodings have;
    for (std::size_t i = 0; i < kPackedCodings; ++i) have[i] = static_cast<bool>(siblings[i].fd);
    const Coding coding = choose_coding(request, have);
    return from_file(coding == Coding::kIdentity ? std::move(file) : std::move(siblings[static_cast<std::size_t>(coding)]), request, context);
}

Response StaticFiles::State::read_and_serve(OpenFile file, Siblings siblings, const Request& request, const Context& context) {
    CachedFile fresh;
    fresh.may_pack = is_packable(file) && !siblings[static_cast<std::size_t>(Coding::kGzip)].fd;
    // Cut short between the look and the reading: whoever writes it is not done.
    if (!read_file(std::move(file), fresh)) return error_response(503);
    fresh.settled = is_settled(fresh.stamp, context.wall);
    for (std::size_t i = 0; i < kPackedCodings; ++i) {
        if (!siblings[i].fd) continue;
        auto packed = std::make_shared<Variant>();
        fresh.settled = fresh.settled && is_settled(siblings[i].stamp, context.wall);
        if (!read_file(std::move(siblings[i]), *packed)) fresh.settled = false;  // being written: next time
        else fresh.packed[i] = std::move(packed);
    }
    fresh.looked_at = context.now;
    CachedFile* kept = cache->put(root_id, request.path, fresh);
    return kept != nullptr ? from_entry(*kept, request, context) : from_cache(fresh, request, context);
}

Result<std::unique_ptr<StaticFiles>> StaticFiles::open(const StaticOptions& options) {
    UniqueFd root(::open(options.root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root) return Error::system(options.root, errno);
    auto state = std::make_unique<State>();
    state->root = std::move(root);
    state->options = options;
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
        default: return refuse_method(request.method);
    }
    return state_->handle(request, context);
}

}  // namespace postern::site
