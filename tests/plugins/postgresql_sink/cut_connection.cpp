#include "plugins/postgresql_sink/cut_connection.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string_view>

#include "plugins/postgresql/test_server.hpp"

namespace roost::test {

namespace {

sockaddr_un addressOf(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
}

const sockaddr* plain(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

int connectTo(const std::string& path) {
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un address = addressOf(path);
    if (::connect(socket, plain(address), sizeof address) != 0)
        throw std::runtime_error("no server at " + path);
    return socket;
}

bool sendAll(int socket, std::string_view data) {
    while (!data.empty()) {
        const ssize_t sent = ::send(socket, data.data(), data.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        data.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

}  // namespace

CutConnection::CutConnection() {
    std::string folder = (std::filesystem::temp_directory_path() / "roost-cut-XXXXXX").native();
    if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = folder;
    path_ = folder_ + "/.s.PGSQL." + TestServer::get().port;
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un address = addressOf(path_);
    if (::bind(listener_, plain(address), sizeof address) != 0 || ::listen(listener_, 4) != 0)
        throw std::runtime_error("cannot listen at " + path_);
    thread_ = std::jthread([this] { serve(); });
}

CutConnection::~CutConnection() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void CutConnection::serve() {
    // accept() asks for one connection, the load is the next.
    for (int number = 1;; ++number) {
        const int client = ::accept(listener_, nullptr, nullptr);
        if (client < 0) return;
        pass(client, number == 2);
        ::close(client);
    }
}

void CutConnection::pass(int client, bool cut) {
    const int server = connectTo(TestServer::get().socketFolder + "/.s.PGSQL." + TestServer::get().port);
    std::array<char, 65536> buffer{};
    bool committing = false;
    for (;;) {
        std::array<pollfd, 2> ready{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
        ::poll(ready.data(), ready.size(), -1);
        const bool fromClient = ready[0].revents != 0;
        const ssize_t size = ::recv(fromClient ? client : server, buffer.data(), buffer.size(), 0);
        if (size <= 0) break;
        const std::string_view data(buffer.data(), static_cast<std::size_t>(size));
        if (!fromClient && committing) break;  // it has answered
        if (fromClient && cut && data.find("COMMIT") != std::string_view::npos && data.size() < 20)
            committing = true;
        if (!sendAll(fromClient ? server : client, data)) break;
    }
    ::close(server);
}

}  // namespace roost::test
