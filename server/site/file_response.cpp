#include "server/site/file_response.h"

#include "server/site/error_page.h"
#include "server/site/deflate.h"
#include "server/site/part_body.h"
#include "server/site/prebuilt.h"
#include "server/site/siblings.h"

namespace postern::site {
namespace {

// What a 304 says too (RFC 9110 section 15.4.5).
std::string validator_lines(const FileFacts& facts) {
    std::string lines = "ETag: " + facts.etag + "\r\n";
    if (!facts.modified_text.empty()) lines += "Last-Modified: " + facts.modified_text + "\r\n";
    if (!facts.cache_control.empty()) lines += "Cache-Control: " + std::string(facts.cache_control) + "\r\n";
    if (facts.varies) lines += "Vary: Accept-Encoding\r\n";
    return lines;
}

std::shared_ptr<const http::Prebuilt> prebuilt_304(const FileFacts& facts) {
    return make_prebuilt("HTTP/1.1 304 Not Modified\r\n" + validator_lines(facts));
}

// What every answer with bytes of the file says, besides their type.
void add_fields(http::Response& response, const FileFacts& facts) {
    response.fields.emplace_back("ETag", facts.etag);
    if (!facts.modified_text.empty()) response.fields.emplace_back("Last-Modified", facts.modified_text);
    if (!facts.cache_control.empty()) response.fields.emplace_back("Cache-Control", facts.cache_control);
    if (!facts.coding.empty()) response.fields.emplace_back("Content-Encoding", facts.coding);
    if (facts.varies) response.fields.emplace_back("Vary", "Accept-Encoding");
    response.fields.emplace_back("X-Content-Type-Options", "nosniff");
}

// The tag of the file in it makes it one that its content does not hold by chance (RFC 9110 section 14.6).
std::string boundary_of(const FileFacts& facts) { return "part-" + facts.etag.substr(1, facts.etag.size() - 2); }

std::vector<BodyPart> parts_between(const std::string& boundary, const FileFacts& facts, std::span<const http::ByteRange> ranges,
                                    std::uint64_t size) {
    std::vector<BodyPart> parts;
    parts.reserve(ranges.size() + 1);
    std::string line = "--" + boundary;
    for (const http::ByteRange& range : ranges) {
        parts.push_back({line + "\r\nContent-Type: " + std::string(facts.media_type) + "\r\nContent-Range: " +
                             http::content_range(range, size) + "\r\n\r\n",
                         range});
        line = "\r\n--" + boundary;
    }
    return parts;
}

http::Response partial(const FileFacts& facts, std::uint64_t size, const http::RangeSet& ranges, std::unique_ptr<Bytes> bytes) {
    if (ranges.kind() == http::RangeSet::Kind::kUnsatisfiable) {
        http::Response response = error_response(416);
        response.fields.emplace_back("Content-Range", http::content_range_of_none(size));
        return response;
    }
    http::Response response;
    response.status = 206;
    if (ranges.parts().size() == 1) {
        const http::ByteRange range = ranges.parts().front();
        response.fields.emplace_back("Content-Type", facts.media_type);
        response.fields.emplace_back("Content-Range", http::content_range(range, size));
        response.source = part_body(std::move(bytes), {{"", range}});
    } else {
        const std::string boundary = boundary_of(facts);
        response.fields.emplace_back("Content-Type", "multipart/byteranges; boundary=" + boundary);
        response.source = part_body(std::move(bytes), parts_between(boundary, facts, ranges.parts(), size), "\r\n--" + boundary + "--\r\n");
    }
    add_fields(response, facts);
    return response;
}

std::shared_ptr<http::Prebuilt> prebuilt_head(const FileFacts& facts, std::size_t size) {
    const std::string coding = facts.coding.empty() ? "" : "Content-Encoding: " + std::string(facts.coding) + "\r\n";
    return make_prebuilt("HTTP/1.1 200 OK\r\nContent-Type: " + std::string(facts.media_type) + "\r\nContent-Length: " +
                         std::to_string(size) + "\r\nAccept-Ranges: bytes\r\n" + coding + validator_lines(facts) +
                         "X-Content-Type-Options: nosniff\r\n");
}

}  // namespace

bool read_file(OpenFile file, Variant& out) {
    const auto size = static_cast<std::size_t>(file.stamp.size);
    auto made = prebuilt_head(file.facts, size);
    made->bytes.resize(made->head_size + size);
    made->body_size = size;
    const std::unique_ptr<Bytes> bytes = bytes_of(std::move(file.fd));
    std::size_t at = 0;
    while (at < size) {
        const std::size_t n = bytes->read_at(at, made->bytes.data() + made->head_size + at, size - at);
        if (n == 0) return false;
        at += n;
    }
    out.content = std::move(made);
    out.not_modified = prebuilt_304(file.facts);
    out.facts = std::move(file.facts);
    out.stamp = file.stamp;
    return true;
}

std::shared_ptr<const Variant> gzip_of(const Variant& plain) {
    const auto packed = gzip(std::string_view(plain.content->bytes).substr(plain.content->head_size));
    if (!packed) return nullptr;
    auto made = std::make_shared<Variant>();
    made->facts = coded_facts(plain.facts, plain.facts, Coding::kGzip);
    auto content = prebuilt_head(made->facts, packed->size());
    content->bytes += *packed;
    content->body_size = packed->size();
    made->content = std::move(content);
    made->not_modified = prebuilt_304(made->facts);
    return made;
}

http::Response stream_file(OpenFile file) {
    http::Response response;
    response.fields.emplace_back("Content-Type", file.facts.media_type);
    response.fields.emplace_back("Accept-Ranges", "bytes");
    add_fields(response, file.facts);
    response.source = part_body(bytes_of(std::move(file.fd)), {{"", {0, file.stamp.size}}});
    return response;
}

http::Response not_modified(const FileFacts& facts) {
    http::Response response;
    response.status = 304;
    response.prebuilt = prebuilt_304(facts);
    return response;
}

http::Response partial_file(OpenFile file, const http::RangeSet& ranges) {
    return partial(file.facts, file.stamp.size, ranges, bytes_of(std::move(file.fd)));
}

http::Response partial_cached(const Variant& file, const http::RangeSet& ranges) {
    return partial(file.facts, file.content->body_size, ranges, bytes_of(file.content));
}

}  // namespace postern::site
