#include "firmware/admin/admin_site.h"

#include <utility>

#include "firmware/admin/admin_page.h"
#include "firmware/admin/answers.h"
#include "firmware/admin/api.h"
#include "firmware/admin/host_check.h"

namespace postern::admin {
namespace {

class AdminSite final : public http::Handler {
public:
    AdminSite(Control& control, AdminOptions options)
        : hosts_(std::move(options.hosts)), api_(control, Access::kReadOnly), page_(control) {}

    http::Response handle(const http::Request& request, const http::Context& context) override {
        if (!is_own_host(request.host, hosts_))
            return problem_answer(421, "This device does not answer under that name. Use an address of the device itself, "
                                       "or name it in [admin] hosts.");
        return Api::owns(request.path) ? api_.handle(request, context) : page_.handle(request, context);
    }

private:
    std::vector<std::string> hosts_;
    Api api_;
    AdminPage page_;
};

}  // namespace

std::shared_ptr<http::Handler> make_admin_site(Control& control, AdminOptions options) {
    return std::make_shared<AdminSite>(control, std::move(options));
}

std::shared_ptr<http::Handler> make_control_api(Control& control) {
    return std::make_shared<Api>(control, Access::kControlSocket);
}

}  // namespace postern::admin
