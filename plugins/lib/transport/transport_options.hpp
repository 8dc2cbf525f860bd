// The options that say where an archive is.
#pragma once

#include <string>
#include <utility>

#include "lib/s3/s3_options.hpp"
#include "lib/stream/partial_file.hpp"
#include "roost/option_table.hpp"

namespace roost::transport {

/// What the options of every archive stage derive from. What a single scheme needs beside the url (an
/// endpoint, credentials) is declared here, too, so that sources and sinks of all formats have it.
struct TransportOptions : s3::S3Options {
    Location url;
};

/// What a sink's derive from.
struct TargetOptions : TransportOptions {
    stream::OnExisting onExisting = stream::OnExisting::fail;
};

/// Declares the url and what schemes need. `Options` derives from TransportOptions.
template <class Options>
void addTransportOptions(OptionTable<Options>& table, std::string urlHelp, std::string urlExample) {
    // The casts name the class that the table is of: a base's members alone would not tell it.
    table.url(static_cast<Location Options::*>(&Options::url), std::move(urlHelp))
        .example(std::move(urlExample));
    s3::addS3Options(table);
}

/// Declares `on-existing` of a sink. `Options` derives from TargetOptions.
template <class Options>
void addOnExisting(OptionTable<Options>& table) {
    table.choice("on-existing", static_cast<stream::OnExisting Options::*>(&Options::onExisting),
                 {"fail", "replace"},
                 "What to do when there is a file of that name. It is replaced only by a whole archive.");
}

}  // namespace roost::transport
