#include "server/crypto/csr.h"

#include <mbedtls/x509_csr.h>

#include "server/crypto/init.h"
#include "server/crypto/rng.h"
#include "server/crypto/san.h"

namespace postern::crypto {

namespace {

constexpr std::size_t kRoomBesidesNames = 4096;  // an RSA-4096 key and signature take 1.1 kB

class Writer {
public:
    Writer() { mbedtls_x509write_csr_init(&request_); }
    ~Writer() { mbedtls_x509write_csr_free(&request_); }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    mbedtls_x509write_csr* native() { return &request_; }

private:
    mbedtls_x509write_csr request_;
};

}  // namespace

Result<std::string> make_csr(const PrivateKey& key, const std::vector<std::string>& names) {
    TRY(const SanList san, SanList::from(names));
    Writer writer;
    mbedtls_x509write_csr_set_key(writer.native(), key.native());
    mbedtls_x509write_csr_set_md_alg(writer.native(), MBEDTLS_MD_SHA256);
    // The subject is left unset, which writes an empty one; set_subject_name("") would be an error.
    int code = mbedtls_x509write_csr_set_subject_alternative_name(writer.native(), san.native());
    std::string room(san.bytes() + kRoomBesidesNames, '\0');
    if (code == 0) {
        code = mbedtls_x509write_csr_der(writer.native(), reinterpret_cast<unsigned char*>(room.data()), room.size(),
                                         rng, nullptr);
    }
    if (code < 0) return Error::bug("cannot write a certificate request: " + describe(code));
    return room.substr(room.size() - static_cast<std::size_t>(code));  // written from the end of the room
}

}  // namespace postern::crypto
