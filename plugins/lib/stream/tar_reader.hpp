// A tar read to the letter: ustar, pax and GNU's long names, and nothing passed over in silence.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/stream/gzip_reader.hpp"

namespace roost::stream {

enum class TarKind : std::uint8_t { file, folder, hardLink, symbolicLink, device, fifo, sparse, other };

/// A member as its headers tell it. Nothing is checked but that the headers agree with each other.
struct TarHeader {
    std::string name;  ///< as it stands there, with "./" and a '/' at its end; any bytes but NUL
    TarKind kind = TarKind::file;
    std::uint64_t size = 0;
    std::uint32_t mode = 0;
    std::int64_t modifiedNanoseconds = 0;  ///< since 1970-01-01 UTC
    /// What TarWriter would have written otherwise; "" where it could have written these headers.
    std::string oddity;
};

/// The members of a tar, in order, without copying their bytes. libarchive, which writes the tars, is no
/// reader for them: it checks neither padding nor what follows the end, and guesses where headers are
/// damaged. Every call throws roost::Error that names the archive and the member. One thread.
class TarReader {
public:
    /// `input` must outlive the reader.
    explicit TarReader(GzipReader& input) : input_(input) {}

    /// Goes to the next member, past what is left of the current one. False at the end, which is reached
    /// only where two blocks of zeros and nothing but zeros come before the end of the file.
    bool next();
    [[nodiscard]] const TarHeader& header() const noexcept { return header_; }
    /// The next bytes of the member, valid until the next call; none at its end.
    [[nodiscard]] Bytes data();
    /// After the end: how many zeros ended the tar.
    [[nodiscard]] std::uint64_t endBytes() const noexcept { return endBytes_; }

private:
    static constexpr std::size_t blockBytes = 512;
    using Block = std::array<char, blockBytes>;

    /// What extension headers say about the member behind them.
    struct Extension {
        std::optional<std::string> path;
        std::optional<std::uint64_t> size;
        std::optional<std::int64_t> modified;
        bool link = false;
        bool sparse = false;
        bool any = false;
    };

    [[noreturn]] void damaged(const std::string& how) const;
    bool refill();
    bool readBlock();
    [[nodiscard]] std::string_view field(std::size_t at, std::size_t length) const noexcept;
    [[nodiscard]] std::uint64_t number(std::size_t at, std::size_t length, const char* what) const;
    [[nodiscard]] std::int64_t modified() const;
    void odd(const char* what);
    void checkSum();
    void skipMember();
    std::string readBody(std::uint64_t size);
    void readExtension(char type, Extension& extension);
    void readRecords(std::string_view records, bool global, Extension& extension);
    void readRecord(std::string_view key, std::string_view value, bool global, Extension& extension);
    void describe(char type, Extension& extension);
    [[nodiscard]] std::string plainName() const;
    void readEnd();

    GzipReader& input_;
    Bytes piece_;  // of the input, not used yet
    Block block_{};
    TarHeader header_;
    std::string last_;             // the member before, for messages
    std::uint64_t remaining_ = 0;  // bytes of the member that are to come
    std::size_t padding_ = 0;
    std::uint64_t endBytes_ = 0;
    bool first_ = true;  // no header was read yet
    bool ended_ = false;
};

}  // namespace roost::stream
