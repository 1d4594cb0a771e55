#include "server/base/secret.h"

#include <cstring>

namespace postern {

namespace {

// Also what lies beyond size(): a string keeps short contents in its own body, even when they went elsewhere.
void erase(std::string& text) {
    text.resize(text.capacity());
    wipe(text.data(), text.size());
    text.clear();
}

}  // namespace

void wipe(void* data, std::size_t size) {
    if (size > 0) ::explicit_bzero(data, size);
}

bool equal_constant_time(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    volatile unsigned char difference = 0;  // volatile: no early way out may be invented
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
    }
    return difference == 0;
}

// Swaps, not moves: what is left of a short string in the other's body is then ours to erase.
Secret::Secret(std::string bytes) {
    bytes_.swap(bytes);
    erase(bytes);
}

Secret::Secret(Secret&& other) noexcept {
    bytes_.swap(other.bytes_);
    erase(other.bytes_);
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this == &other) return *this;
    erase(bytes_);
    bytes_.swap(other.bytes_);
    erase(other.bytes_);
    return *this;
}

Secret::~Secret() {
    erase(bytes_);
}

}  // namespace postern
