// A World whose requests are kept, for tests of what exactly the CA is sent.
#pragma once

#include "server/base/base64url.h"
#include "tests/unit/acme/world.h"

namespace postern::acme {

struct Overheard : World {
    explicit Overheard(fakes::FakeFiles disk = {}) : World(std::move(disk)) {
        parts.connect = [this](const CaSettings&) { return std::make_unique<Spy>(*this); };
    }

    // What a JWS carries; of what is none, "not signed".
    static std::string payload_of(const HttpRequest& request) {
        const auto body = Json::parse(request.body);
        if (!body || !body->text("payload")) return "not signed";
        return base64url_decode(*body->text("payload")).value_or("");
    }
    // Of the last request whose URL has this in it.
    std::string payload_to(std::string_view part) const {
        for (auto request = requests.rbegin(); request != requests.rend(); ++request)
            if (request->url.find(part) != std::string::npos) return payload_of(*request);
        return "not asked";
    }

    std::vector<HttpRequest> requests;
    std::string directory;  // not empty: the URL at which the CA's directory stands

private:
    class Spy final : public Transport {
    public:
        explicit Spy(Overheard& world) : world_(world), inner_(world.ca, world.clock) {}
        Result<HttpReply> exchange(const HttpRequest& request) override {
            world_.requests.push_back(request);
            HttpRequest asked = request;
            if (asked.url == world_.directory) asked.url = fakes::ScriptedCa::kDirectory;
            return inner_.exchange(asked);
        }
        void cancel() override { inner_.cancel(); }

    private:
        Overheard& world_;
        fakes::ScriptedTransport inner_;
    };
};

}  // namespace postern::acme
