// The real Transport: fields and bodies of HTTP/1.1 read by cpp-httplib, TLS through its backend, connections of our own
// (acme/protocol/dial.h), all under one deadline an exchange. The only file of acme that knows cpp-httplib.
//
// Own connections, because httplib's leave holes: its handshake and reads restart their time limit at every byte, it does
// not try the next address after a timeout, and it looks for a closed peer by reading a byte that may be the reply's first.
// Own requests and status lines, because its client reads those with std::regex, whose depth of recursion is the answer's to
// choose, writes a URL otherwise than the CA gave it, and brings redirects, proxies and streams along that nothing here uses.
//
// Nothing of it that is called here throws or would abort on what a CA says: its fields are counted and bounded, its numbers
// read by strtoul and strtoull.
#include <httplib.h>
#include <poll.h>

#include <csignal>

#include "acme/protocol/dial.h"
#include "acme/protocol/retry_after.h"
#include "acme/protocol/transport.h"
#include "acme/protocol/trust.h"
#include "acme/protocol/url.h"
#include "server/base/text.h"
#include "server/crypto/chain_dates.h"
#include "server/crypto/init.h"

namespace postern::acme {

namespace {

namespace tls = httplib::tls;

// What connection, stream and exchange know of the exchange under way.
struct Exchange {
    const Deadline* deadline = nullptr;
    std::size_t most = 0, received = 0;   // bytes of the reply, framing included
    bool connected = false, reused = false;
    std::string problem = {};             // the first thing that went wrong, in our words
    ErrorKind kind = ErrorKind::kRetry;
    std::string_view type = "transport";

    void fail(std::string text, std::string_view fault = "transport", ErrorKind what = ErrorKind::kRetry) {
        if (!problem.empty()) return;
        problem = std::move(text);
        type = fault;
        kind = what;
    }
};

// Bytes over TLS for httplib, buffered, bounded in size and time.
class TlsStream final : public httplib::Stream {
public:
    TlsStream(int fd, tls::session_t session, Exchange& exchange) : fd_(fd), session_(session), exchange_(exchange) {}

    bool is_readable() const override { return at_ < end_; }
    bool wait_readable() const override { return true; }
    bool wait_writable() const override { return true; }
    bool is_peer_alive() const override { return true; }
    void get_remote_ip_and_port(std::string&, int&) const override {}
    void get_local_ip_and_port(std::string&, int&) const override {}
    socket_t socket() const override { return fd_; }
    time_t duration() const override { return 0; }

    ssize_t read(char* to, std::size_t size) override {
        if (at_ == end_ && !fill()) return failed_ ? -1 : 0;
        const std::size_t n = std::min(size, end_ - at_);
        std::memcpy(to, buffer_.data() + at_, n);
        at_ += n;
        return static_cast<ssize_t>(n);
    }

    ssize_t write(const char* from, std::size_t size) override {
        for (std::size_t done = 0; done < size;) {
            tls::TlsError error;
            const auto n = tls::write(session_, from + done, size - done, error);
            if (n > 0) {
                done += static_cast<std::size_t>(n);
            } else if (!wait(error)) {
                exchange_.fail("the connection broke while the request was sent");
                return -1;
            }
        }
        return static_cast<ssize_t>(size);
    }

private:
    bool fill() {
        while (true) {
            tls::TlsError error;
            const auto n = tls::read(session_, buffer_.data(), buffer_.size(), error);
            if (n > 0) return accept(static_cast<std::size_t>(n));
            if (n == 0 || error.code == tls::ErrorCode::PeerClosed) return false;
            if (!wait(error)) {
                exchange_.fail("the connection broke while the answer was read");
                failed_ = true;
                return false;
            }
        }
    }

    bool accept(std::size_t n) {
        at_ = 0;
        end_ = n;
        exchange_.received += n;
        failed_ = exchange_.received > exchange_.most;
        if (failed_) exchange_.fail("the answer is larger than " + std::to_string(exchange_.most) + " bytes", "answer");
        return !failed_;
    }

    bool wait(const tls::TlsError& error) {
        const bool to_read = error.code == tls::ErrorCode::WantRead, to_write = error.code == tls::ErrorCode::WantWrite;
        if (!to_read && !to_write) return false;
        auto waited = wait_for(fd_, to_read ? POLLIN : POLLOUT, *exchange_.deadline);
        if (!waited) exchange_.fail(waited.error().text());
        return waited.ok();
    }

    int fd_;
    tls::session_t session_;
    Exchange& exchange_;
    std::array<char, 4096> buffer_{};
    std::size_t at_ = 0, end_ = 0;
    bool failed_ = false;
};

// "HTTP/1.1 200 OK"; false: none. RFC 9112 section 4, with the space before the reason left out as many do.
bool read_status_line(std::string_view line, httplib::Response& into) {
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    if (!has_prefix(line, "HTTP/1.0 ") && !has_prefix(line, "HTTP/1.1 ")) return false;
    const auto status = parse_decimal(line.substr(9, 3));
    if (!status || *status < 100 || (line.size() > 12 && line[12] != ' ')) return false;
    into.version = line.substr(0, 8);
    into.status = static_cast<int>(*status);
    return true;
}

// What to do with an answer while it comes; false: it is not wanted.
struct Reader {
    std::function<bool(const httplib::Response&)> begin;  // before the body, even where there is none
    std::function<bool(std::string_view)> body;
};

// One connection to one host, kept between exchanges.
class Link {
public:
    Link(const HttpsUrl& url, tls::ctx_t context, Exchange& exchange) : url_(url), context_(context), exchange_(exchange) {}
    ~Link() { end_session(); }
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    bool serves(const HttpsUrl& url) const { return url.host == url_.host && url.port == url_.port; }
    // A byte waiting where no answer is due is the peer's good-bye.
    bool idle_and_alive() const {
        pollfd one{fd_.get(), POLLIN, 0};
        return fd_ && ::poll(&one, 1, 0) == 0;
    }

    // The answer's head is in `response` then, its body was given to the reader.
    bool exchange(const HttpRequest& request, const std::string& head, const Reader& reader, httplib::Response& response) {
        if (!fd_ && !connect()) return false;
        TlsStream stream(fd_.get(), session_, exchange_);
        const bool is_head = request.method == HttpRequest::Method::kHead;
        const bool good = write(stream, head) && write(stream, request.body) && read_head(stream, response) &&
                          read_body(stream, is_head, reader, response);
        const bool last = response.version == "HTTP/1.0" || equal_no_case(response.get_header_value("Connection"), "close");
        if (!good || last) close();
        return good;
    }

private:
    static bool write(TlsStream& stream, std::string_view bytes) { return stream.write(bytes.data(), bytes.size()) >= 0; }

    // "100 Continue" was not asked for, and means nothing.
    bool read_head(TlsStream& stream, httplib::Response& response) {
        do {
            std::array<char, limits::kAcmeStatusLine> buffer{};
            httplib::detail::stream_line_reader line(stream, buffer.data(), buffer.size());
            if (!line.getline()) return false;
            if (line.size() > limits::kAcmeStatusLine || !read_status_line({line.ptr(), line.size()}, response)) {
                exchange_.fail("the answer is no HTTP", "answer");
                return false;
            }
            response.headers.clear();
            if (!httplib::detail::read_headers(stream, response.headers)) return false;
        } while (response.status == 100);
        return true;
    }

    static bool read_body(TlsStream& stream, bool is_head, const Reader& reader, httplib::Response& response) {
        if (is_head || response.status == 204) return true;
        if (!reader.begin(response)) return false;
        if (response.status == 304) return true;
        int unused = 0;
        return httplib::detail::read_content(
            stream, response, std::numeric_limits<std::size_t>::max(), unused, nullptr,
            [&](const char* data, std::size_t size, std::size_t, std::size_t) { return reader.body({data, size}); }, false);
    }

    bool connect() {
        auto fd = dial(url_.host, url_.port, *exchange_.deadline);
        if (!fd) {
            exchange_.fail(fd.error().text());
            return false;
        }
        exchange_.connected = true;
        if (!handshake(fd->get())) return false;
        fd_ = std::move(*fd);
        return true;
    }

    bool handshake(int fd) {
        end_session();
        session_ = tls::create_session(context_, fd);
        if (session_ == nullptr || !tls::set_sni(session_, url_.host.c_str())) {
            exchange_.fail("no memory for TLS");
            return false;
        }
        while (true) {
            const tls::TlsError error = tls::connect(session_);
            if (error.code == tls::ErrorCode::Success) return verified();
            const bool to_read = error.code == tls::ErrorCode::WantRead;
            if (!to_read && error.code != tls::ErrorCode::WantWrite) return refused(error);
            if (auto waited = wait_for(fd, to_read ? POLLIN : POLLOUT, *exchange_.deadline); !waited) {
                exchange_.fail("TLS with " + url_.host + ": " + waited.error().text());
                return false;
            }
        }
    }

    // The name once more by ourselves: a backend that forgot it would end here. Whether it looked at the chain it does not say.
    bool verified() {
        const auto certificate = tls::get_peer_cert(session_);
        const bool good = tls::get_verify_result(session_) == 0 && certificate != nullptr &&
                          tls::verify_hostname(certificate, url_.host.c_str());
        if (!good) exchange_.fail("the certificate of " + url_.host + " was not verified", "trust", ErrorKind::kAdmin);
        return good;
    }

    bool refused(const tls::TlsError& error) {
        const long flags = tls::get_verify_result(session_);
        if (flags == 0 || error.code != tls::ErrorCode::CertVerifyFailed) {
            const bool gone = error.code == tls::ErrorCode::SyscallError || error.code == tls::ErrorCode::PeerClosed;
            exchange_.fail("TLS with " + url_.host + ": " +
                           (gone ? "the other side ended the connection" : tls::error_string(error.backend_code)));
            return false;
        }
        const bool future = (flags & MBEDTLS_X509_BADCERT_FUTURE) != 0 && (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) == 0;
        std::string why = printable(tls::verify_error_string(flags));
        if (future) why = "it is not valid yet; the clock here may be wrong";
        if (flags == MBEDTLS_X509_BADCERT_EXPIRED) why = "it has expired, or the clock here is wrong";
        exchange_.fail("the certificate of " + url_.host + " is refused: " + why, future ? "clock" : "trust",
                       ErrorKind::kAdmin);
        return false;
    }

    void close() {
        tls::shutdown(session_, true);
        end_session();
        fd_.reset();
    }

    void end_session() {
        if (session_ != nullptr) tls::free_session(session_);
        session_ = nullptr;
    }

    const HttpsUrl url_;
    tls::ctx_t context_;
    Exchange& exchange_;
    UniqueFd fd_;
    tls::session_t session_ = nullptr;
};

class HttplibTransport final : public Transport {
public:
    explicit HttplibTransport(TransportOptions options) : options_(std::move(options)) {}
    ~HttplibTransport() override {
        link_.reset();  // before the context that its session points to
        if (context_ != nullptr) tls::free_context(context_);
    }

    Result<HttpReply> exchange(const HttpRequest& request) override;

    ExchangeFault fault() const override { return {now_.type, now_.connected}; }
    void judge_dates_by(const Clock* clock) override {
        dates_clock_ = clock;
        link_.reset();  // it was judged by another
    }
    std::optional<WallTime> vouched_date() const override { return vouched_; }
    void cancel() override { cancel_.now(); }

private:
    Result<void> make_context();
    Result<HttpReply> once(const HttpRequest& request, const HttpsUrl& url);
    std::string head_of(const HttpRequest& request, const HttpsUrl& url) const;
    bool take(std::string_view bytes, std::string& body);
    bool body_welcome(const httplib::Response& response);
    static int judge_dates(void* self, mbedtls_x509_crt* certificate, int depth, std::uint32_t* flags);

    TransportOptions options_;
    SystemClock clock_;
    const Clock* dates_clock_ = &clock_;
    crypto::ChainDates dates_;  // of the chain of link_
    std::optional<WallTime> vouched_;
    Cancel cancel_;
    Exchange now_;
    tls::ctx_t context_ = nullptr;
    std::unique_ptr<Link> link_;
};

Result<HttpReply> HttplibTransport::exchange(const HttpRequest& request) {
    const Deadline deadline{clock_.steady() + options_.total_time, clock_, cancel_};
    vouched_.reset();
    now_ = Exchange{&deadline, options_.body_limit + limits::kAcmeHead};
    auto url = parse_https_url(request.url);
    if (url && url->ip_literal) url = Error::admin(request.url + ": an IP address cannot be verified; use the host name");
    if (!url) {
        now_.type = "url";
        return Error::admin(url.error().text());
    }
    TRY_VOID(make_context());
    if (link_ && (!link_->serves(*url) || !link_->idle_and_alive())) link_.reset();
    now_.reused = link_ != nullptr;
    auto reply = once(request, *url);
    // A kept connection that ends without a byte was closed before our request came: a new one may be asked once.
    if (!reply && now_.reused && now_.received == 0 && deadline.left().count() > 0 && !cancel_.called()) {
        now_ = Exchange{&deadline, now_.most};
        reply = once(request, *url);
    }
    now_.deadline = nullptr;
    return reply;
}

Result<void> HttplibTransport::make_context() {
    if (context_ != nullptr) return {};
    TRY_VOID(crypto::init());
    now_.type = options_.ca_file.empty() ? "trust" : "ca_file";
    TRY(const Anchors anchors, read_ca_anchors(options_.ca_file));
    context_ = tls::create_client_context();
    if (context_ == nullptr) return Error::retry("no memory for TLS");
    tls::set_min_version(context_, tls::Version::TLS1_2);
    tls::set_verify_client(context_, true);
    // httplib's own callback can only accept everything or nothing.
    mbedtls_ssl_conf_verify(&static_cast<tls::impl::MbedTlsContext*>(context_)->conf, judge_dates, this);
    std::size_t loaded = 0;
    for (const std::string& block : anchors.blocks) loaded += tls::load_ca_pem(context_, block.data(), block.size()) ? 1 : 0;
    if (loaded == 0) {
        tls::free_context(std::exchange(context_, nullptr));
        return Error::admin(anchors.source + ": none of its certificates can be read");
    }
    now_.type = "transport";
    // httplib sends without MSG_NOSIGNAL; on this thread a broken connection is an error, not a signal.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    return {};
}

int HttplibTransport::judge_dates(void* self, mbedtls_x509_crt* certificate, int, std::uint32_t* flags) {
    auto* const here = static_cast<HttplibTransport*>(self);
    std::optional<WallTime> now;
    if (here->dates_clock_ != nullptr) now = here->dates_clock_->wall();
    here->dates_.judge(*certificate, now, *flags);
    return 0;
}

// Each piece was checked where it came in: parse_https_url() leaves no white space in a URL.
std::string HttplibTransport::head_of(const HttpRequest& request, const HttpsUrl& url) const {
    const bool is_post = request.method == HttpRequest::Method::kPost;
    std::string head = is_post ? "POST " : request.method == HttpRequest::Method::kHead ? "HEAD " : "GET ";
    head += url.target + " HTTP/1.1\r\nHost: " + url.authority() + "\r\nAccept: */*\r\nAccept-Encoding: identity\r\n";
    head += "User-Agent: " + options_.user_agent + " cpp-httplib/" CPPHTTPLIB_VERSION "\r\n";
    if (!request.content_type.empty()) head += "Content-Type: " + request.content_type + "\r\n";
    if (is_post) head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    return head += "\r\n";
}

bool HttplibTransport::take(std::string_view bytes, std::string& body) {
    if (body.size() + bytes.size() > options_.body_limit)
        now_.fail("the answer is larger than " + std::to_string(options_.body_limit) + " bytes", "answer");
    else body += bytes;
    return now_.problem.empty();
}

// Before the body is read: framing that httplib overlooks, and encodings that we never asked for.
bool HttplibTransport::body_welcome(const httplib::Response& response) {
    const std::string encoding = response.get_header_value("Content-Encoding");
    if (!encoding.empty() && !equal_no_case(encoding, "identity"))
        now_.fail("the answer is encoded as " + printable(encoding, 40), "answer");
    if (response.has_header("Transfer-Encoding") && response.has_header("Content-Length"))
        now_.fail("the answer's length is told twice", "answer");
    if (response.status < 200) now_.fail("an interim answer where the final one was due", "answer");
    return now_.problem.empty();
}

Result<HttpReply> HttplibTransport::once(const HttpRequest& request, const HttpsUrl& url) {
    if (!link_) {
        dates_.begin();
        link_ = std::make_unique<Link>(url, context_, now_);
    }
    std::string body;
    httplib::Response response;
    const Reader reader{[this](const httplib::Response& head) { return body_welcome(head); },
                        [&](std::string_view bytes) { return take(bytes, body); }};
    const bool good = link_->exchange(request, head_of(request, url), reader, response);
    now_.connected = now_.connected || now_.reused;
    if (!good) {
        link_.reset();
        std::string why = now_.problem.empty() ? "the answer broke off or is no HTTP" : now_.problem;
        return Error(now_.kind, url.host + ": " + why);
    }
    HttpReply reply;
    reply.status = response.status;
    for (auto& [name, value] : response.headers) reply.fields.emplace_back(name, value);
    reply.body = std::move(body);
    const auto date = parse_http_date(reply.field("Date"));
    if (date && dates_.cover(*date)) vouched_ = date;
    return reply;
}

}  // namespace

std::unique_ptr<Transport> make_httplib_transport(TransportOptions options) {
    return std::make_unique<HttplibTransport>(std::move(options));
}

}  // namespace postern::acme
