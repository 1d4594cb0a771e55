// Deadlines of connections, kept without a heap and without allocation: every phase of a connection has one fixed time
// limit, so a list per phase, joined at the end, is sorted by deadline. Its head is both the next to time out and the
// longest in that phase, which is what admission wants to know of the idle ones. One set a loop; not thread-safe.
#pragma once

#include "server/base/clock.h"

namespace postern::net {

// Sits inside the connection. Unlinks itself on destruction.
class DeadlineNode {
public:
    DeadlineNode() = default;
    DeadlineNode(const DeadlineNode&) = delete;
    DeadlineNode& operator=(const DeadlineNode&) = delete;
    ~DeadlineNode() { unlink(); }

    bool linked() const { return next_ != nullptr; }
    SteadyTime since() const { return since_; }  // when the phase was entered
    void unlink() {
        if (!next_) return;
        prev_->next_ = next_;
        next_->prev_ = prev_;
        prev_ = next_ = nullptr;
    }

private:
    friend class DeadlineList;
    DeadlineNode* prev_ = nullptr;
    DeadlineNode* next_ = nullptr;
    SteadyTime since_{};
};

class DeadlineList {
public:
    explicit DeadlineList(Millis limit) : limit_(limit) { anchor_.prev_ = anchor_.next_ = &anchor_; }
    ~DeadlineList() {
        while (!empty()) anchor_.next_->unlink();
        anchor_.prev_ = anchor_.next_ = nullptr;  // so that the anchor's destructor finds itself unlinked
    }

    // Moves `node` to this list's end; its time starts now. `now` must not go backwards.
    void enter(DeadlineNode& node, SteadyTime now) {
        node.unlink();
        node.since_ = now;
        node.prev_ = anchor_.prev_;
        node.next_ = &anchor_;
        anchor_.prev_->next_ = &node;
        anchor_.prev_ = &node;
    }

    bool empty() const { return anchor_.next_ == &anchor_; }
    DeadlineNode* oldest() { return empty() ? nullptr : anchor_.next_; }
    DeadlineNode* newest() { return empty() ? nullptr : anchor_.prev_; }
    DeadlineNode* after(const DeadlineNode& node) { return node.next_ == &anchor_ ? nullptr : node.next_; }
    // The oldest node if its time is over, else null.
    DeadlineNode* expired(SteadyTime now) { return !empty() && now - anchor_.next_->since_ >= limit_ ? anchor_.next_ : nullptr; }
    // Time until the next expiry; negative when the list is empty.
    Millis until_next(SteadyTime now) const {
        if (empty()) return Millis(-1);
        Millis left = limit_ - (now - anchor_.next_->since_);
        return left.count() < 0 ? Millis(0) : left;
    }

private:
    Millis limit_;
    DeadlineNode anchor_;
};

}  // namespace postern::net
