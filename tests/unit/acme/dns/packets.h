// DNS messages put together by hand, byte by byte, so that the tests do not lean on the encoder that they test.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "acme/dns/message.h"

namespace packets {

inline std::string u16(unsigned value) { return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)}; }

// "example.org" as labels and a root, nothing checked.
inline std::string name(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto dot = text.find('.');
        const std::string_view label = text.substr(0, dot);
        out += static_cast<char>(label.size()) + std::string(label);
        text = dot == text.npos ? "" : text.substr(dot + 1);
    }
    return out + '\0';
}

inline std::string pointer(unsigned to) { return u16(0xc000 | to); }

inline std::string header(unsigned id, unsigned flags, unsigned questions, unsigned answers, unsigned others = 0) {
    return u16(id) + u16(flags) + u16(questions) + u16(answers) + u16(0) + u16(others);
}

inline std::string question(std::string_view of, unsigned type) { return name(of) + u16(type) + u16(1); }

inline std::string record(const std::string& owner, unsigned type, const std::string& data, unsigned kind = 1) {
    return owner + u16(type) + u16(kind) + u16(0) + u16(300) + u16(static_cast<unsigned>(data.size())) + data;
}

inline std::string caa(unsigned flags, std::string_view tag, std::string_view value) {
    return std::string{static_cast<char>(flags), static_cast<char>(tag.size())} + std::string(tag) + std::string(value);
}

constexpr unsigned kId = 0x1234, kAnswer = 0x8180;  // QR, RD, RA

// An answer to `of`, whose name stands at byte 12 and ends the pointers of its records.
inline std::string reply(std::string_view of, unsigned type, unsigned answers, const std::string& records, unsigned flags = kAnswer) {
    return header(kId, flags, 1, answers) + question(of, type) + records;
}

inline postern::Result<postern::acme::dns::Reply> decode(const std::string& message, std::string_view of, unsigned type) {
    return postern::acme::dns::decode_reply(message, {std::string(of), static_cast<postern::acme::dns::Type>(type)}, kId);
}

}  // namespace packets
