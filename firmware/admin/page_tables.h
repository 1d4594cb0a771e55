// The tables of the admin page that unfold below its figures: the sites, what a CA's limits have left, the device itself.
// Part of page_view, as values for the template; knows no markup. Pure.
#pragma once

#include "acme/status.h"
#include "firmware/admin/control.h"
#include "firmware/admin/html_template.h"
#include "firmware/admin/language.h"

namespace postern::admin {

// As the list "tables" of `page`; one with nothing to tell is not among them.
void add_tables(Values& page, const acme::StatusSnapshot& status, const ServerFacts& facts, const Words& words);

}  // namespace postern::admin
