#include "firmware/admin/answer_slot.h"

#include <utility>

namespace postern::admin {

class AnswerSlot::Awaited final : public http::Later {
public:
    explicit Awaited(std::shared_ptr<AnswerSlot> slot) : slot_(std::move(slot)) {}
    ~Awaited() override {
        const std::lock_guard<std::mutex> hold(slot_->mutex_);
        slot_->waker_ = nullptr;
    }
    bool take(http::Response& into) override {
        const std::lock_guard<std::mutex> hold(slot_->mutex_);
        if (!slot_->answer_) return false;
        into = std::move(*slot_->answer_);
        return true;
    }

private:
    std::shared_ptr<AnswerSlot> slot_;
};

std::shared_ptr<AnswerSlot> AnswerSlot::make(const http::Waker& waker, http::Response& response) {
    auto slot = std::make_shared<AnswerSlot>();
    slot->waker_ = &waker;
    response.later = std::make_unique<Awaited>(slot);
    return slot;
}

void AnswerSlot::put(http::Response answer) {
    const std::lock_guard<std::mutex> hold(mutex_);
    if (answer_) return;
    answer_ = std::move(answer);
    if (waker_ != nullptr) waker_->wake();
}

}  // namespace postern::admin
