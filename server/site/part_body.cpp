#include "server/site/part_body.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace postern::site {
namespace {

class FileBytes final : public Bytes {
public:
    explicit FileBytes(UniqueFd fd) : fd_(std::move(fd)) {}

    std::size_t read_at(std::uint64_t at, char* into, std::size_t room) override {
        ssize_t n = -1;
        do n = ::pread(fd_.get(), into, room, static_cast<off_t>(at));
        while (n < 0 && errno == EINTR);
        return n > 0 ? static_cast<std::size_t>(n) : 0;
    }

private:
    UniqueFd fd_;
};

class PrebuiltBytes final : public Bytes {
public:
    explicit PrebuiltBytes(std::shared_ptr<const http::Prebuilt> prebuilt) : prebuilt_(std::move(prebuilt)) {}

    std::size_t read_at(std::uint64_t at, char* into, std::size_t room) override {
        const std::size_t from = std::min<std::uint64_t>(at, prebuilt_->body_size);
        const std::size_t n = std::min(room, prebuilt_->body_size - from);
        std::memcpy(into, prebuilt_->bytes.data() + prebuilt_->head_size + from, n);
        return n;
    }

private:
    std::shared_ptr<const http::Prebuilt> prebuilt_;
};

class PartBody final : public http::BodySource {
public:
    PartBody(std::unique_ptr<Bytes> bytes, std::vector<BodyPart> parts) : bytes_(std::move(bytes)), parts_(std::move(parts)) {
        for (const BodyPart& part : parts_) length_ += part.before.size() + part.range.size;
    }

    std::uint64_t length() const override { return length_; }

    std::size_t read(char* into, std::size_t room) override {
        while (place_ < parts_.size()) {
            const BodyPart& part = parts_[place_];
            const std::uint64_t in_text = part.before.size();
            if (at_ < in_text) return copy(std::string_view(part.before).substr(at_), into, room);
            const std::uint64_t in_range = at_ - in_text;
            if (in_range < part.range.size) {
                const std::uint64_t most = std::min<std::uint64_t>(room, part.range.size - in_range);
                const std::size_t n = bytes_->read_at(part.range.first + in_range, into, static_cast<std::size_t>(most));
                at_ += n;
                return n;
            }
            ++place_;
            at_ = 0;
        }
        return 0;
    }

private:
    std::size_t copy(std::string_view text, char* into, std::size_t room) {
        const std::size_t n = std::min(text.size(), room);
        std::memcpy(into, text.data(), n);
        at_ += n;
        return n;
    }

    std::unique_ptr<Bytes> bytes_;
    std::vector<BodyPart> parts_;
    std::uint64_t length_ = 0;
    std::size_t place_ = 0;  // the part that is being read,
    std::uint64_t at_ = 0;   // and how much of it was: its text, then its range
};

}  // namespace

std::unique_ptr<Bytes> bytes_of(UniqueFd file) { return std::make_unique<FileBytes>(std::move(file)); }

std::unique_ptr<Bytes> bytes_of(std::shared_ptr<const http::Prebuilt> prebuilt) {
    return std::make_unique<PrebuiltBytes>(std::move(prebuilt));
}

std::unique_ptr<http::BodySource> part_body(std::unique_ptr<Bytes> bytes, std::vector<BodyPart> parts, std::string end) {
    if (!end.empty()) parts.push_back({std::move(end), {}});
    return std::make_unique<PartBody>(std::move(bytes), std::move(parts));
}

}  // namespace postern::site
