#include "firmware/token_board.h"

namespace postern {

void TokenBoard::post(const std::string& token, const std::string& key_authorization) {
    std::lock_guard<std::mutex> hold(mutex_);
    tokens_[token] = key_authorization;
}

void TokenBoard::withdraw(const std::string& token) {
    std::lock_guard<std::mutex> hold(mutex_);
    tokens_.erase(token);
}

void TokenBoard::post_pair(const std::string& name, std::shared_ptr<const crypto::CertBundle> pair) {
    std::lock_guard<std::mutex> hold(mutex_);
    pairs_.set(pairs_.get()->with(name, std::move(pair)));
}

void TokenBoard::withdraw_pair(const std::string& name) {
    std::lock_guard<std::mutex> hold(mutex_);
    pairs_.set(pairs_.get()->without(name));
}

std::optional<std::string> TokenBoard::key_authorization(std::string_view token) const {
    {
        std::lock_guard<std::mutex> hold(mutex_);
        if (auto found = tokens_.find(token); found != tokens_.end()) return found->second;
    }
    return upstream_.remembered(token);
}

void TokenBoard::set_thumbprint(std::string thumbprint) {
    std::lock_guard<std::mutex> hold(mutex_);
    thumbprint_ = std::move(thumbprint);
}

std::optional<http::Response> TokenBoard::elsewhere(std::string_view token, const http::Request& request, const http::Context& context) const {
    {
        std::lock_guard<std::mutex> hold(mutex_);
        if (!thumbprint_.empty()) return site::challenge_answer(std::string(token) + "." + thumbprint_);
    }
    http::Response response;
    response.later = upstream_.ask(token, request, context);
    if (!response.later) return std::nullopt;
    return response;
}

}  // namespace postern
