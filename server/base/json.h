// JSON: read into an immutable tree, written by small builders. json.cpp alone knows the library that reads; nothing here
// throws.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/base/result.h"

namespace postern {

// How much is read. The standard is for what strangers send: ACME nests four deep, has under 20 members in an object, and
// 100 authorizations have 2,000 values.
struct JsonBounds {
    std::size_t depth = 16;
    std::size_t members = 256;  // of one object
    std::size_t nodes = 20000;  // values in all
};

class Json {
public:
    enum class Kind : unsigned char { kNull, kBool, kNumber, kString, kArray, kObject };

    // Refuses (kRefuse) what is no JSON as a whole, invalid UTF-8, a member named twice, and what is beyond the bounds.
    static Result<Json> parse(std::string_view text, const JsonBounds& bounds = {});

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

    const std::string& string() const { return text_; }                  // empty unless kString
    std::optional<bool> flag() const;                                    // nothing unless kBool
    std::optional<std::int64_t> number() const { return number_; }       // nothing unless a whole number of 64 bits
    std::optional<std::uint64_t> natural() const;                        // the same without a sign, up to 2^64 - 1
    const std::vector<std::string>& names() const { return names_; }     // of an object's members
    const std::vector<Json>& items() const { return items_; }            // an array's elements, an object's values

private:
    friend class JsonReader;
    Kind kind_ = Kind::kNull;
    bool flag_ = false;
    std::optional<std::int64_t> number_;  // none: a fraction, or out of range
    std::uint64_t large_ = 0;             // a whole number beyond that range; 0: none
    std::string text_;
    std::vector<std::string> names_;  // beside items_ in an object
    std::vector<Json> items_;
};

// What is not UTF-8 becomes U+FFFD: what is written is always JSON.
std::string json_quote(std::string_view text);

// {"name":value,...} in the order of the calls.
class JsonObject {
public:
    JsonObject& add(std::string_view name, std::string_view text) { return add_raw(name, json_quote(text)); }
    // Never by way of a conversion: a flag that is no bool, a number that is a flag.
    JsonObject& flag(std::string_view name, std::same_as<bool> auto value) { return add_raw(name, value ? "true" : "false"); }
    template <std::integral Number>
        requires(!std::same_as<Number, bool>)
    JsonObject& number(std::string_view name, Number value) {
        return add_raw(name, std::to_string(value));
    }
    JsonObject& null(std::string_view name) { return add_raw(name, "null"); }
    JsonObject& list(std::string_view name, const std::vector<std::string>& texts);
    JsonObject& add_raw(std::string_view name, std::string_view json);  // JSON already
    std::string done() const { return "{" + body_ + "}"; }

private:
    std::string body_;
};

std::string json_list(const std::vector<std::string>& raw_elements);  // "[a,b]" of elements that are JSON already
// "[...]" of json(each), which gives JSON.
template <typename Range, typename ToJson>
std::string json_list(const Range& range, ToJson json) {
    std::vector<std::string> elements;
    elements.reserve(range.size());
    for (const auto& each : range) elements.push_back(json(each));
    return json_list(elements);
}

}  // namespace postern
