#include "server/http/open_places.h"

#include <utility>

namespace postern::http {

// Each place wakes one: the next who asks would not get it.
void OpenPlaces::pass_on() {
    while (first_ != nullptr && has_free()) {
        OpenShare& next = *first_;
        Rouser* const who = next.who_;
        next.unlink();
        next.promised_ = true;
        ++promised_;
        who->rouse();
    }
}

OpenShare::~OpenShare() {
    if (in_line()) unlink();
    take_back_promise();
    places_.held_ -= held_;
    places_.pass_on();
}

void OpenShare::hold(std::size_t count) {
    if (count > held_) take_back_promise();
    const bool fewer = count < held_;
    places_.held_ += count - held_;  // unsigned: it may be less than before
    held_ = count;
    if (fewer) places_.pass_on();
}

void OpenShare::wait(Rouser* who) {
    if (in_line() || promised_ || who == nullptr) return;
    who_ = who;
    before_ = places_.last_;
    (before_ != nullptr ? before_->after_ : places_.first_) = this;
    places_.last_ = this;
    places_.pass_on();  // nothing, unless there was a place all along
}

void OpenShare::leave() {
    if (in_line()) unlink();
    if (!promised_) return;
    take_back_promise();
    places_.pass_on();
}

void OpenShare::unlink() {
    (before_ != nullptr ? before_->after_ : places_.first_) = after_;
    (after_ != nullptr ? after_->before_ : places_.last_) = before_;
    before_ = after_ = nullptr;
    who_ = nullptr;
}

void OpenShare::take_back_promise() {
    if (std::exchange(promised_, false)) --places_.promised_;
}

}  // namespace postern::http
