#include "server/front/client_table.h"

#include <netinet/in.h>

#include <cstring>

namespace postern::front {

ClientKey client_key(const net::Address& peer) {
    ClientKey key{0, 0};
    if (peer.family() == AF_INET) {
        key[0] = 4;
        key[1] = reinterpret_cast<const sockaddr_in*>(peer.native())->sin_addr.s_addr;
    } else if (peer.family() == AF_INET6) {
        const in6_addr& address = reinterpret_cast<const sockaddr_in6*>(peer.native())->sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(&address)) {
            key[0] = 4;
            std::uint32_t v4;
            std::memcpy(&v4, address.s6_addr + 12, sizeof v4);
            key[1] = v4;
        } else {
            key[0] = 6;
            std::memcpy(&key[1], address.s6_addr, 8);
        }
    }
    return key;
}

bool ClientTable::enter(const ClientKey& client, std::size_t most) {
    if (client[0] == 0) return true;
    std::lock_guard<std::mutex> hold(mutex_);
    auto place = open_.find(client);
    std::size_t open = place == open_.end() ? 0 : place->second;
    if (open >= most) return false;  // and no entry stays behind for one who never got in
    if (place == open_.end()) place = open_.emplace(client, 0).first;
    place->second++;
    return true;
}

void ClientTable::leave(const ClientKey& client) {
    if (client[0] == 0) return;
    std::lock_guard<std::mutex> hold(mutex_);
    auto place = open_.find(client);
    if (place == open_.end()) return;
    if (--place->second == 0) open_.erase(place);
}

ClientPlace& ClientPlace::operator=(ClientPlace&& other) noexcept {
    std::swap(table_, other.table_);
    std::swap(most_, other.most_);
    std::swap(client_, other.client_);
    return *this;
}

ClientPlace::~ClientPlace() {
    if (table_) table_->leave(client_);
}

bool ClientPlace::take(const ClientKey& client) {
    if (!table_) return true;
    table_->leave(std::exchange(client_, {}));
    if (!table_->enter(client, most_)) return false;
    client_ = client;
    return true;
}

}  // namespace postern::front
