// JSON as ACME uses it: read into an immutable tree, written by a small builder. json.cpp alone knows the library behind
// it; nothing here throws.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/result.h"

namespace postern::acme {

class Json {
public:
    enum class Kind : unsigned char { kNull, kBool, kNumber, kString, kArray, kObject };

    // Refuses (kRefuse) what is no JSON as a whole, invalid UTF-8, a member named twice, more than kJsonDepth levels or
    // kJsonNodes values.
    static Result<Json> parse(std::string_view text);

    Json() = default;
    Kind kind() const { return kind_; }
    bool is_object() const { return kind_ == Kind::kObject; }

    // The member of that name; nullptr when there is none or this is no object.
    const Json* find(std::string_view name) const;
    // The member as text, flag or whole number; nothing when it is missing or of another type.
    std::optional<std::string_view> text(std::string_view name) const;
    std::optional<bool> flag(std::string_view name) const;
    std::optional<std::int64_t> number(std::string_view name) const;
    // The member's elements; nullptr unless it is an array.
    const std::vector<Json>* array(std::string_view name) const;

    const std::string& string() const { return text_; }  // empty unless kString
    const std::vector<std::string>& names() const { return names_; }  // of an object's members

private:
    friend class JsonReader;
    Kind kind_ = Kind::kNull;
    bool flag_ = false;
    std::optional<std::int64_t> number_;  // none: a fraction, or out of range
    std::string text_;
    std::vector<std::string> names_;  // beside items_ in an object
    std::vector<Json> items_;
};

std::string json_quote(std::string_view text);

// {"name":value,...} in the order of the calls.
class JsonObject {
public:
    JsonObject& add(std::string_view name, std::string_view text) { return add_raw(name, json_quote(text)); }
    JsonObject& add_raw(std::string_view name, std::string_view json);
    std::string done() const { return "{" + body_ + "}"; }

private:
    std::string body_;
};

std::string json_list(const std::vector<std::string>& raw_elements);  // "[a,b]" of elements that are JSON already

}  // namespace postern::acme
