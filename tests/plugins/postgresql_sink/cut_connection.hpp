// A connection that breaks at the worst moment: the server has committed, and its answer is lost.
#pragma once

#include <string>
#include <thread>

namespace roost::test {

/// Stands between a client and the test server on a Unix socket of its own, for the first connection, and
/// cuts it when COMMIT has been answered; the answer is not passed on. Later connections are passed on whole.
class CutConnection {
public:
    CutConnection();
    ~CutConnection();
    CutConnection(const CutConnection&) = delete;
    CutConnection& operator=(const CutConnection&) = delete;

    /// The folder of its socket, for `host=`.
    [[nodiscard]] const std::string& folder() const noexcept { return folder_; }

private:
    void serve();
    void pass(int client, bool cut);

    std::string folder_;
    std::string path_;
    int listener_ = -1;
    std::jthread thread_;
};

}  // namespace roost::test
