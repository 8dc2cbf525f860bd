#include "sources/aviary_single_user/file_list.hpp"

#include <array>

#include "lib/archive/json_text.hpp"

namespace roost::single_user {

namespace {

constexpr std::size_t bufferBytes = std::size_t{64} << 10U;

std::string_view shown(const Reading& reading) {
    if (reading.whole) return "whole";
    switch (reading.state) {
        case ReadState::shrank:
            return "shrank";
        case ReadState::grew:
            return "grew";
        case ReadState::modified:
            return "modified";
        case ReadState::vanished:
            return "vanished";
        case ReadState::intact:
        case ReadState::failed:
            break;
    }
    return "failed";
}

}  // namespace

FileList::FileList(const std::filesystem::path& path)
    : file_(path, stream::OnExisting::replace), buffer_(bufferBytes, [this](std::string_view text) {
          const std::array<stream::Bytes, 1> pieces{std::as_bytes(std::span(text.data(), text.size()))};
          file_.append(pieces);
      }) {}

void FileList::add(const LedgerEntry& file, std::string_view oldFolder, std::string_view owner,
                   std::string_view outcome) {
    const auto member = [this](std::string_view name, std::string_view value) {
        buffer_.append(name);
        archive::appendText(buffer_, value);
    };
    const std::string separator = oldFolder.ends_with('/') ? "" : "/";
    member("{\"from\":", std::string(oldFolder) + separator + file.path);
    member(",\"user\":", owner);
    member(",\"kind\":", "documents");
    member(",\"path\":", file.path);
    buffer_.append(",\"bytes\":" + std::to_string(file.reading.bytes));
    member(",\"sha256\":", file.reading.sha256);
    member(",\"read\":", shown(file.reading));
    member(",\"old_place\":", outcome);
    buffer_.append("}\n");
}

void FileList::commit() {
    buffer_.flush();
    file_.prepare();
    file_.commit();
}

}  // namespace roost::single_user
