// Bytes that must not linger: one owner, wiped on destruction, compared in constant time, never logged.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace postern {

void wipe(void* data, std::size_t size);                      // not optimised away
bool equal_constant_time(std::string_view a, std::string_view b);  // lengths are not secret

class Secret {
public:
    Secret() = default;
    explicit Secret(std::string bytes);  // give it with std::move: a copy left behind is not wiped
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret();

    std::string_view view() const { return bytes_; }
    bool empty() const { return bytes_.empty(); }

private:
    std::string bytes_;
};

}  // namespace postern
