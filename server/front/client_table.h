// How many connections each client has open. Shared by the loops: asked once per connection, never per request.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <unordered_map>

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

}  // namespace postern::front
