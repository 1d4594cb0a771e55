// Requests that a test passes on, and what the session would have of them.
#pragma once

#include <string>
#include <utility>

#include "tests/unit/server/proxy/scene.h"

namespace postern::proxy {

inline Passing get(const std::string& path = "/x") {
    Passing passing;
    passing.method = "GET";
    passing.path = path;
    passing.tail = " HTTP/1.1\r\nHost: h\r\n\r\n";
    passing.idempotent = true;
    return passing;
}

inline Passing post(BodyForm upload) {
    Passing passing = get();
    passing.method = "POST";
    passing.idempotent = false;
    passing.upload = upload;
    return passing;
}

inline const std::string kGet = "GET /x HTTP/1.1\r\nHost: h\r\n\r\n", kPost = "POST /x HTTP/1.1\r\nHost: h\r\n\r\n";
inline const std::string kFine = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

// All of a live body that is there.
inline std::string read_all(http::LiveSource& source, std::size_t room = 4096) {
    std::string text, bytes(room, '\0');
    while (const std::size_t size = source.read(bytes.data(), room)) text.append(bytes, 0, size);
    return text;
}

struct Asked {
    http::Response promise, response;
    bool there() { return promise.later && promise.later->take(response); }
};

inline Asked ask(Scene& scene, Passing passing) {
    Asked asked{Exchange::start(scene.pool, scene, std::move(passing)), {}};
    if (!asked.promise.later) asked.response = std::move(asked.promise);
    scene.turn();
    return asked;
}

// An upload whose first piece has gone to the upstream of the nth connection.
inline Asked begin_upload(Scene& scene, Passing passing, std::size_t number = 0) {
    Asked asked{Exchange::start(scene.pool, scene, std::move(passing)), {}};
    while (const std::size_t room = asked.promise.sink->room()) {
        asked.promise.sink->take(std::string(room, 'f'));
        asked.promise.sink->push();
        if (scene.dialled.size() > number) break;
    }
    scene.turn();
    (void)scene.heard(number);
    return asked;
}

inline std::string read(Asked& asked) { return read_all(*asked.response.live); }

}  // namespace postern::proxy
