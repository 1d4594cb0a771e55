#include "server/site/packed_answers.h"

#include <utility>

#include "server/base/text.h"
#include "server/site/accept_encoding.h"

namespace postern::site {
namespace {

// Of an answer to HEAD: its GET's is of no length that is known.
class NoBody final : public http::LiveSource {
public:
    std::size_t read(char*, std::size_t) override { return 0; }
    bool ended() const override { return true; }
};

}  // namespace

// The connection that waits for it holds the handler.
class PackedAnswers::Promised final : public http::Later {
public:
    Promised(std::unique_ptr<http::Later> inner, const PackedAnswers& answers, Asked asked)
        : inner_(std::move(inner)), answers_(answers), asked_(std::move(asked)) {}
    bool take(http::Response& into) override {
        if (!inner_->take(into)) return false;
        answers_.dress(into, asked_);
        return true;
    }
    bool keeps_time() const override { return inner_->keeps_time(); }

private:
    std::unique_ptr<http::Later> inner_;
    const PackedAnswers& answers_;
    Asked asked_;
};

PackedAnswers::PackedAnswers(std::shared_ptr<http::Handler> inner, PackRules rules, std::shared_ptr<PackingPlaces> places)
    : inner_(std::move(inner)), rules_(std::move(rules)), places_(std::move(places)) {}

http::Response PackedAnswers::handle(const http::Request& request, const http::Context& context) {
    http::Response response = inner_->handle(request, context);
    if (request.method != http::Method::kGet && request.method != http::Method::kHead) return response;
    if (response.later) response.later = std::make_unique<Promised>(std::move(response.later), *this, asked_of(request, context));
    else dress(response, asked_of(request, context));
    return response;
}

PackedAnswers::Asked PackedAnswers::asked_of(const http::Request& request, const http::Context& context) {
    HaveCodings have{};
    have[static_cast<std::size_t>(Coding::kGzip)] = true;
    Asked asked{request.method == http::Method::kHead, choose_coding(request, have) == Coding::kGzip, {}, context.rouser};
    for (const http::FieldView& field : request.fields) {
        if (equal_no_case(field.name, "if-none-match") && field.value.find("W/\"") != field.value.npos) (asked.tags += field.value) += ',';
        if (equal_no_case(field.name, "cache-control") && forbids_change(field.value)) asked.gzip = false;
    }
    return asked;
}

void PackedAnswers::dress(http::Response& response, const Asked& asked) const {
    if (may_have_been_packed(response, rules_)) {
        tell_varies(response.own_lines);
        if (!knows_weak_tag(response.own_lines, asked.tags)) return;
        // A cache must not freshen what it has by a strong tag that it has not (RFC 9111 section 4.3.4).
        drop_what_was_of_the_bytes(response.own_lines);
        response.announce = false;
        return;
    }
    if (!may_be_packed(response, rules_)) return;
    tell_varies(response.own_lines);
    if (!asked.gzip || !pack_body(response, asked)) return;
    response.announce = false;
    drop_what_was_of_the_bytes(response.own_lines);
    response.own_lines.insert(0, kPackedLine);
}

bool PackedAnswers::pack_body(http::Response& response, const Asked& asked) const {
    if (asked.head) {
        if (!response.live) response.live = std::make_unique<NoBody>();
        return true;
    }
    if (response.live) {
        if (asked.rouser == nullptr) return false;
        auto body = PackedBody::make(response.live, places_, *asked.rouser);
        if (!body) return false;
        response.live = std::move(body);
        return true;
    }
    auto body = packed(response.body);
    if (!body) return false;
    response.body = std::move(*body);
    return true;
}

}  // namespace postern::site
