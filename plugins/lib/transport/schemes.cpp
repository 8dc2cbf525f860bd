#include "lib/transport/schemes.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <array>

#include "lib/transport/file_transport.hpp"
#include "lib/transport/s3_transport.hpp"
#include "lib/transport/standard_streams.hpp"
#include "roost/error.hpp"

namespace roost::transport {

namespace {

/// What has to be known of a transport before one is made. A new one is a line in the table below.
struct Scheme {
    std::string_view name;
    std::string_view form;  ///< what a user writes
    /// What is wrong with the url; "" for nothing.
    std::string (*problem)(const TransportOptions& options);
    std::unique_ptr<Transport> (*make)(const TransportOptions& options);
    /// See recoverTarget(); null where nothing is noted.
    std::string (*recover)(const Poco::JSON::Object& record, Decision decision, Context& context);
};

template <class Kind>
std::unique_ptr<Transport> make(const TransportOptions& options) {
    return std::make_unique<Kind>(options);
}

constexpr std::array schemes{
    Scheme{"file", "file:PATH", FileTransport::problem, make<FileTransport>, FileTransport::recover},
    Scheme{"s3", "s3://BUCKET/KEY", S3Transport::problem, make<S3Transport>, S3Transport::recover},
    Scheme{"-", "-", [](const TransportOptions&) { return std::string(); }, make<StandardStreams>, nullptr},
};

const Scheme* find(std::string_view name) noexcept {
    for (const Scheme& scheme : schemes)
        if (scheme.name == name) return &scheme;
    return nullptr;
}

/// `file:-` is a way to write `-`, and `file:s3://BUCKET/KEY` one to write that: definitions put `file:`
/// before a variable.
const Scheme* schemeOf(const Location& url) {
    if (url.scheme() != "file") return find(url.scheme());
    if (url.rest().starts_with("s3://")) return find("s3");
    return find(url.path() == "-" ? "-" : "file");
}

/// "file:PATH and -"
std::string forms() {
    std::string text;
    for (std::size_t i = 0; i < schemes.size(); ++i)
        text += (i == 0 ? "" : i + 1 == schemes.size() ? " and " : ", ") + std::string(schemes.at(i).form);
    return text;
}

}  // namespace

void checkTransport(const TransportOptions& options, const Node& settings, std::string_view plugin,
                    Direction direction, Diagnostics& diagnostics) {
    const Node* const url = settings.find("url");
    if (url == nullptr || !url->isScalar() || options.url.scheme().empty()) return;
    const Scheme* const scheme = schemeOf(options.url);
    const std::string problem = scheme != nullptr
                                    ? scheme->problem(options)
                                    : std::string(plugin) + " cannot " +
                                          (direction == Direction::read ? "read from" : "write to") + " '" +
                                          options.url.scheme() + ":'; it takes " + forms();
    if (!problem.empty()) diagnostics.error(url->position, problem, url->scalar.size());
}

std::unique_ptr<Transport> makeTransport(const TransportOptions& options) {
    const Scheme* const scheme = schemeOf(options.url);
    if (scheme == nullptr)
        throw Error("an archive cannot be read from '" + options.url.redacted() + "'",
                    "archives are read from " + forms());
    return scheme->make(options);
}

std::string recoverTarget(const std::string& record, Decision decision, std::string_view plugin,
                          Context& context) {
    try {
        const auto object = Poco::JSON::Parser().parse(record).extract<Poco::JSON::Object::Ptr>();
        // A file's record names none.
        const Scheme* const scheme = find(object->optValue<std::string>("scheme", "file"));
        if (scheme == nullptr || scheme->recover == nullptr)
            throw Error("the journal of a " + std::string(plugin) +
                            " sink names a place that this roost does not know",
                        "let the version of roost recover that began the run");
        return scheme->recover(*object, decision, context);
    } catch (const Poco::Exception& problem) {
        throw Error("the journal of a " + std::string(plugin) +
                    " sink cannot be read: " + problem.displayText());
    }
}

}  // namespace roost::transport
