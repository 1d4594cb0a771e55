#include "server/front/stats.h"

namespace postern::front {

std::string_view name_of(ConnectionState state) {
    switch (state) {
        case ConnectionState::kHandshake: return "handshake";
        case ConnectionState::kReading: return "reading";
        case ConnectionState::kWaiting: return "waiting";
        case ConnectionState::kStreaming: return "streaming";
        case ConnectionState::kWriting: return "writing";
        case ConnectionState::kIdle: return "idle";
        case ConnectionState::kClosing: return "closing";
    }
    return "";
}

}  // namespace postern::front
