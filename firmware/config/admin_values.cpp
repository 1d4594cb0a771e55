#include "firmware/config/admin_values.h"

#include <algorithm>

#include "firmware/access/password_hash.h"
#include "firmware/access/setup_token.h"
#include "firmware/config/notify_values.h"
#include "firmware/config/security_contact.h"
#include "firmware/config/takers.h"
#include "firmware/config/values.h"
#include "server/base/text.h"

namespace postern::config {

namespace {

Result<void> check_hash(std::string_view text) {
    auto parsed = access::PasswordHash::parse(text);
    return parsed ? Result<void>() : Result<void>(std::move(parsed).error());
}

Result<void> check_token(std::string_view text) {
    auto parsed = access::SetupToken::parse(text);
    return parsed ? Result<void>() : Result<void>(std::move(parsed).error());
}

// RFC 6750 section 2.1, as long as nobody guesses it: nothing slows a program down that tries.
Result<void> check_bearer(std::string_view text) {
    constexpr std::size_t kFewest = 16, kMost = 128;
    const std::string_view body = text.substr(0, text.find_last_not_of('=') + 1);
    const bool good = std::all_of(body.begin(), body.end(), [](char c) {
        return is_alpha(c) || is_digit(c) || std::string_view("-._~+/").find(c) != std::string_view::npos;
    });
    if (good && body.size() >= kFewest && text.size() <= kMost) return {};
    return Error::admin("a token has 16 to 128 letters, digits and signs of -._~+/, best random ones");
}

template <typename Check>
Result<void> take_secret(std::shared_ptr<const Secret>& into, std::string_view value, Check check) {
    if (value.find_first_not_of('*') == value.npos) return Error::admin("these stars stand for what 'check --print' does not show");
    TRY_VOID(check(value));
    into = std::make_shared<const Secret>(std::string(value));
    return {};
}

template <typename Check>
Result<void> take_file(std::string& into, std::shared_ptr<const Secret>& held, std::string_view value, const Draft& draft, Check check) {
    const std::string path = full_path(value, draft);
    auto line = read_password(*draft.files, path);
    if (!line.ok()) return std::move(line).error().at("cannot be used");
    if (auto fits = check((*line)->view()); !fits) return std::move(fits).error().at(path);
    into = path;
    held = std::move(*line);
    return {};
}

}  // namespace

Result<void> take_admin_certificate(std::string& into, std::string_view value) {
    into = value;
    return {};
}

Result<void> take_password_hash(std::shared_ptr<const Secret>& into, std::string_view value) { return take_secret(into, value, check_hash); }

Result<void> take_password_hash_file(std::string& into, std::string_view value, const Draft& draft) {
    return take_file(into, draft.admin->file_hash, value, draft, check_hash);
}

Result<void> take_setup_token(std::shared_ptr<const Secret>& into, std::string_view value) { return take_secret(into, value, check_token); }

Result<void> take_setup_token_file(std::string& into, std::string_view value, const Draft& draft) {
    return take_file(into, draft.admin->file_token, value, draft, check_token);
}

Result<void> take_bearer_token(std::shared_ptr<const Secret>& into, std::string_view value) {
    return take_secret(into, value, check_bearer);
}

Result<void> take_metrics_token_file(std::string& into, std::string_view value, const Draft& draft) {
    return take_file(into, draft.admin->file_metrics_token, value, draft, check_bearer);
}

Result<void> take_pull_token_file(std::string& into, std::string_view value, const Draft& draft) {
    return take_file(into, draft.deploy->file_pull_token, value, draft, check_bearer);
}

Result<void> take_security_file(std::string& into, std::string_view value, const Draft& draft) {
    const std::string path = full_path(value, draft);
    auto text = draft.files->read(path, kLongestSecurityText);
    if (!text.ok()) return std::move(text).error().at("cannot be used");
    if (auto fits = check_security_text(*text); !fits) return std::move(fits).error().at(path);
    into = path;
    draft.admin->security_text = std::make_shared<const std::string>(std::move(*text));
    return {};
}

}  // namespace postern::config
