// The admin page: www/admin/index.html with the status written into it by the server, so that it can be read without
// JavaScript, and the files that it loads (style, script, icon), which are embedded as they are.
#pragma once

#include <optional>
#include <string_view>

#include "firmware/admin/control.h"
#include "firmware/admin/html_template.h"
#include "firmware/admin/language.h"
#include "server/http/handler.h"

namespace postern::admin {

// www/BODY below the head that all pages share, filled; kBug where one of them is missing or has a slot that nothing fills.
Result<std::string> fill_page(std::string_view body, Values values, const Words& words);

// A page of ours, or why it could not be made; with the fields that keep foreign script and style out of it.
http::Response html_answer(std::uint16_t status, Result<std::string> html);

// GET and HEAD of /style.css, /app.js and the like (405 for other methods); nothing for other paths. Nothing secret is in them:
// the login page needs them too.
std::optional<http::Response> page_file(const http::Request& request);

// GET and HEAD of the API's description (OpenAPI 3.1), kept and sent as those files are; for who is logged in.
inline constexpr std::string_view kDescriptionPath = "/api/v1/openapi.json";
http::Response description_file(const http::Request& request);

// A language that `request` chooses by ?lang=TAG is remembered.
void remember_language(http::Response& response, const http::Request& request);

// The page itself, in the language that `request` asks for (language_of); without one in English.
http::Response status_page(const Control& control, const http::Context& context, const http::Request* request = nullptr);

// The login or the set-up, with what is said of the last try (empty: nothing). `token_file`: where the set-up
// token is kept; empty: in the INI.
enum class Door : unsigned char { kLogin, kSetup };
http::Response door_page(Door door, std::uint16_t status, std::string_view said, std::string_view language,
                         std::string_view token_file = {});
// As it first opens, in the language that `request` asks for, which is remembered as that of the page is.
http::Response door_page(Door door, const http::Request& request, std::string_view token_file = {});

// What is refused to who may be in front of a browser, in his language: a small page where he asks for one (Accept: text/html)
// outside the API, else a problem document. `said`: the key of the words, with the advice.
http::Response refusal(const http::Request& request, std::uint16_t status, std::string_view said);

}  // namespace postern::admin
