// JSON as it comes, in pieces of any size: Boost.JSON's parser with whole values instead of parts of them.
#pragma once

#include <boost/json/basic_parser_impl.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "roost/error.hpp"

namespace roost::archive {

struct JsonLimits {
    std::size_t depth = 64;                          ///< brackets within brackets
    std::size_t valueBytes = std::size_t{1} << 30U;  ///< of one text, number or key
};

/// Calls `handler` for everything that a document holds: key(text), string(text), number(text),
/// boolean(bool), null(), beginObject(), endObject(), beginArray(), endArray(). Views are valid during the
/// call; a number is what the document has, as it was never read. The handler throws to stop. Its place()
/// says where the document stands, for messages: "'database/users.json', record 3".
template <class Handler>
class JsonStream {
public:
    /// `handler` must outlive the stream.
    JsonStream(Handler& handler, const JsonLimits& limits)
        : handler_(handler), parser_(optionsFor(limits), handler, limits.valueBytes), limits_(limits) {}

    void feed(std::span<const char> piece) {
        boost::json::error_code error;
        const std::size_t used = parser_.write_some(true, piece.data(), piece.size(), error);
        position_ += used;
        if (error) fail(error);
        if (used != piece.size())
            throw Error(handler_.place() + ": something follows the document's end, at byte " +
                        std::to_string(position_ + 1));
    }
    void finish() {
        boost::json::error_code error;
        parser_.write_some(false, "", 0, error);
        if (error) fail(error);
    }

private:
    /// What the parser calls.
    class Joiner {
    public:
        static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
        static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
        static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
        static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();
        using Text = boost::json::string_view;
        using Code = boost::json::error_code;

        Joiner(Handler& handler, std::size_t most) : handler_(handler), most_(most) {}

        bool on_document_begin(Code&) noexcept { return true; }
        bool on_document_end(Code&) noexcept { return true; }
        bool on_object_begin(Code&) { return handler_.beginObject(), true; }
        bool on_object_end(std::size_t, Code&) { return handler_.endObject(), true; }
        bool on_array_begin(Code&) { return handler_.beginArray(), true; }
        bool on_array_end(std::size_t, Code&) { return handler_.endArray(), true; }
        bool on_key_part(Text part, std::size_t, Code&) { return hold(part), true; }
        bool on_key(Text part, std::size_t, Code&) {
            handler_.key(whole(part));
            return release();
        }
        bool on_string_part(Text part, std::size_t, Code&) { return hold(part), true; }
        bool on_string(Text part, std::size_t, Code&) {
            handler_.string(whole(part));
            return release();
        }
        bool on_number_part(Text part, Code&) { return hold(part), true; }
        bool on_int64(std::int64_t, Text part, Code&) { return number(part); }
        bool on_uint64(std::uint64_t, Text part, Code&) { return number(part); }
        bool on_double(double, Text part, Code&) { return number(part); }
        bool on_bool(bool value, Code&) { return handler_.boolean(value), true; }
        bool on_null(Code&) { return handler_.null(), true; }
        bool on_comment_part(Text, Code&) noexcept { return true; }
        bool on_comment(Text, Code&) noexcept { return true; }

    private:
        bool number(Text part) {
            handler_.number(whole(part));
            return release();
        }
        void check(std::size_t size) {
            if (size > most_)
                throw Error(handler_.place() + ": a value has more than " + std::to_string(most_) + " bytes");
        }
        void hold(Text part) {
            check(held_.size() + part.size());
            held_.append(part.data(), part.size());
        }
        /// The value that ends with `part`.
        std::string_view whole(Text part) {
            if (held_.empty()) {
                check(part.size());
                return {part.data(), part.size()};
            }
            hold(part);
            return held_;
        }
        bool release() noexcept {
            constexpr std::size_t kept = std::size_t{1} << 20U;
            if (held_.capacity() > kept)
                held_ = std::string();
            else
                held_.clear();
            return true;
        }

        Handler& handler_;
        std::size_t most_;
        std::string held_;
    };

    static boost::json::parse_options optionsFor(const JsonLimits& limits) {
        boost::json::parse_options options;
        options.max_depth = limits.depth;
        return options;
    }

    [[noreturn]] void fail(const boost::json::error_code& error) const {
        const std::string place = handler_.place();
        if (error == boost::json::error::incomplete)
            throw Error(place + ": the document ends in the middle",
                        "it was cut off; take another copy of the archive");
        const std::string at = ", at byte " + std::to_string(position_ + 1);
        if (error == boost::json::error::too_deep)
            throw Error(place + ": more than " + std::to_string(limits_.depth) +
                        " brackets stand within each other" + at);
        throw Error(place + ": this is no JSON (" + error.message() + ")" + at);
    }

    Handler& handler_;
    boost::json::basic_parser<Joiner> parser_;
    JsonLimits limits_;
    std::uint64_t position_ = 0;
};

}  // namespace roost::archive
