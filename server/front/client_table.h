// How many connections each client has open. Shared by the loops: asked once per connection, never per request.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "server/net/address.h"

namespace postern::front {

// IPv4: the address; IPv6: its /64, which one household has to itself. Unix sockets are all one client without a limit.
using ClientKey = std::array<std::uint64_t, 2>;
ClientKey client_key(const net::Address& peer);

class ClientTable {
public:
    // False when the client has `most` open already.
    bool enter(const ClientKey& client, std::size_t most);
    void leave(const ClientKey& client);

private:
    struct Hash {
        std::size_t operator()(const ClientKey& key) const {
            std::uint64_t mixed = (key[0] ^ (key[1] + 0x9e3779b97f4a7c15u)) * 0xff51afd7ed558ccdu;
            return static_cast<std::size_t>(mixed ^ (mixed >> 32));
        }
    };
    std::mutex mutex_;
    std::unordered_map<ClientKey, std::uint32_t, Hash> open_;
};

// That a client has one connection open; given back at its end.
class ClientPlace {
public:
    ClientPlace() = default;
    // `most`: how many one client may have.
    ClientPlace(std::shared_ptr<ClientTable> table, std::size_t most) : table_(std::move(table)), most_(most) {}
    ClientPlace(ClientPlace&& other) noexcept : ClientPlace() { *this = std::move(other); }
    ClientPlace& operator=(ClientPlace&& other) noexcept;
    ~ClientPlace();

    // For this client instead of the one before, if any. False when it has `most` open already: then it is nobody's.
    bool take(const ClientKey& client);

private:
    std::shared_ptr<ClientTable> table_;
    std::size_t most_ = 0;
    ClientKey client_{};
};

}  // namespace postern::front
