// Parts of a file as the body of a response, with text between them: a whole file, one range, multipart/byteranges. Read
// while it is sent, so that no size of a file matters. Used by file_response.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "server/base/unique_fd.h"
#include "server/http/message.h"
#include "server/http/range.h"

namespace postern::site {

// Where the bytes of a representation are.
class Bytes {
public:
    virtual ~Bytes() = default;
    // Up to `room` bytes from `at` on; 0: there are none, or they cannot be read.
    virtual std::size_t read_at(std::uint64_t at, char* into, std::size_t room) = 0;
};

std::unique_ptr<Bytes> bytes_of(UniqueFd file);
std::unique_ptr<Bytes> bytes_of(std::shared_ptr<const http::Prebuilt> prebuilt);  // its body

struct BodyPart {
    std::string before;
    http::ByteRange range;
};

// Each part with what stands before it, then `end`.
std::unique_ptr<http::BodySource> part_body(std::unique_ptr<Bytes> bytes, std::vector<BodyPart> parts, std::string end = {});

}  // namespace postern::site
