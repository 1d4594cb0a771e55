// The subject alternative names (RFC 5280 section 4.2.1.6) that a request or a certificate of ours is to carry, in the form
// that mbedTLS's writers ask for. For csr.cpp and cert_making.cpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/base/result.h"

struct mbedtls_x509_san_list;

namespace postern::crypto {

class SanList {
public:
    // DNS names in lower case, maybe with a leading "*.", or IP addresses in text form. Refuses an empty list and what is
    // neither.
    static Result<SanList> from(const std::vector<std::string>& names);
    SanList(SanList&&) noexcept;
    SanList& operator=(SanList&&) noexcept;
    ~SanList();

    const mbedtls_x509_san_list* native() const;  // owned by this
    std::size_t bytes() const;                    // of all names, to size a buffer by

private:
    struct Impl;
    explicit SanList(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace postern::crypto
