// Result<T>: how a function of ours says that it failed. Used by every box; knows nothing of any of them.
// A Result cannot be dropped ([[nodiscard]]); TRY and TRY_VOID hand a failure to the caller.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace postern {

// What the caller should do about a failure. Choose by that, not by where it happened.
enum class ErrorKind : unsigned char {
    kRetry,   // passing: the network, a busy CA, a full disk; the same call may succeed later
    kRefuse,  // the peer sent something that is not allowed: answer with an error and close
    kAdmin,   // only a person can mend it: configuration, permissions, a refused order
    kBug,     // ours: an internal promise was broken
};

// A failure in words: what thing (host, file and line, URL), what happened, what to do.
// Never holds a key, token or nonce.
class [[nodiscard]] Error {
public:
    Error(ErrorKind kind, std::string text) : kind_(kind), text_(std::move(text)) {}

    static Error retry(std::string text) { return {ErrorKind::kRetry, std::move(text)}; }
    static Error refuse(std::string text) { return {ErrorKind::kRefuse, std::move(text)}; }
    static Error admin(std::string text) { return {ErrorKind::kAdmin, std::move(text)}; }
    static Error bug(std::string text) { return {ErrorKind::kBug, std::move(text)}; }
    // `what`, then strerror(number); kRetry for EINTR EAGAIN ENOSPC EMFILE ENFILE ENOMEM, kAdmin else.
    static Error system(std::string_view what, int number);

    ErrorKind kind() const { return kind_; }
    const std::string& text() const { return text_; }
    int number() const { return number_; }  // errno when the system said it, else 0

    // The same failure, told with where it happened: "WHERE: text".
    Error at(std::string_view where) &&;

private:
    ErrorKind kind_;
    int number_ = 0;
    std::string text_;
};

template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: conversion is the point
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    // Precondition: ok().
    T& value() & { return *std::get_if<0>(&state_); }
    const T& value() const& { return *std::get_if<0>(&state_); }
    T&& value() && { return std::move(*std::get_if<0>(&state_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T* operator->() { return std::get_if<0>(&state_); }
    const T* operator->() const { return std::get_if<0>(&state_); }

    // Precondition: !ok().
    const Error& error() const& { return *std::get_if<1>(&state_); }
    Error&& error() && { return std::move(*std::get_if<1>(&state_)); }

    T value_or(T other) && { return ok() ? std::move(*this).value() : std::move(other); }

private:
    std::variant<T, Error> state_;
};

struct Unit {};

template <>
class [[nodiscard]] Result<void> : public Result<Unit> {
public:
    Result() : Result<Unit>(Unit{}) {}
    Result(Error error) : Result<Unit>(std::move(error)) {}  // NOLINT
};

}  // namespace postern

#define POSTERN_JOIN_(a, b) a##b
#define POSTERN_JOIN(a, b) POSTERN_JOIN_(a, b)

// TRY(auto text, read(path)): on failure return the error, else declare `text` with the value.
#define TRY(declaration, expression)                                                          \
    auto POSTERN_JOIN(try_, __LINE__) = (expression);                                         \
    if (!POSTERN_JOIN(try_, __LINE__).ok()) return std::move(POSTERN_JOIN(try_, __LINE__)).error(); \
    declaration = std::move(POSTERN_JOIN(try_, __LINE__)).value()

#define TRY_VOID(expression)                                                 \
    do {                                                                     \
        if (auto try_void_ = (expression); !try_void_.ok())                  \
            return std::move(try_void_).error();                             \
    } while (false)
