#include "tests/fakes/cert_reader.h"

namespace postern::fakes {

namespace {

constexpr int kBoolean = 0x01, kInteger = 0x02, kOctets = 0x04, kOid = 0x06, kSequence = 0x30, kVersion = 0xa0, kExtensions = 0xa3;

// Takes one element after another off the front; after the first surprise all is empty and ok false.
struct Walk {
    std::string_view rest;
    bool ok = true;

    int tag() const { return rest.empty() ? -1 : static_cast<unsigned char>(rest.front()); }

    std::string_view take(int wanted) {
        if (!ok || tag() != wanted || rest.size() < 2) return fail();
        std::size_t size = static_cast<unsigned char>(rest[1]), head = 2;
        if (size >= 0x80) {
            const std::size_t bytes = size - 0x80;
            if (bytes == 0 || bytes > 2 || rest.size() < 2 + bytes) return fail();
            size = 0;
            for (; head < 2 + bytes; ++head) size = size << 8 | static_cast<unsigned char>(rest[head]);
        }
        if (rest.size() - head < size) return fail();
        const std::string_view contents = rest.substr(head, size);
        rest.remove_prefix(head + size);
        return contents;
    }
    std::string_view fail() {
        ok = false;
        return rest = {};
    }
};

bool read_extensions(std::string_view list, CertReading& reading) {
    Walk each{list};
    while (each.ok && !each.rest.empty()) {
        Walk one{each.take(kSequence)};
        const std::string oid(one.take(kOid));
        CertReading::Extension extension;
        if (one.tag() == kBoolean) extension.critical = one.take(kBoolean) == "\xff";
        extension.value = one.take(kOctets);
        if (!one.ok || !one.rest.empty() || !reading.extensions.emplace(oid, std::move(extension)).second) return false;
    }
    return each.ok;
}

}  // namespace

std::optional<CertReading> read_certificate(std::string_view der) {
    Walk file{der};
    Walk certificate{file.take(kSequence)};
    Walk body{certificate.take(kSequence)};
    body.take(kVersion);
    body.take(kInteger);   // serial
    body.take(kSequence);  // algorithm
    CertReading reading;
    reading.issuer = body.take(kSequence);
    body.take(kSequence);  // dates
    reading.subject = body.take(kSequence);
    body.take(kSequence);  // key
    Walk extensions{body.take(kExtensions)};
    const std::string_view list = extensions.take(kSequence);
    const bool good = file.ok && file.rest.empty() && body.ok && body.rest.empty() && extensions.ok && read_extensions(list, reading);
    return good ? std::optional(std::move(reading)) : std::nullopt;
}

}  // namespace postern::fakes
