// A backup written for a test, and the tools that read it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "lib/archive/backup_writer.hpp"
#include "lib/stream/partial_file.hpp"
#include "lib/stream/tar_gz.hpp"
#include "plugins/archive/sample_backup.hpp"
#include "plugins/recording_context.hpp"
#include "plugins/shell.hpp"

namespace roost::testing {

using Give = std::function<void(const Catalog&, const GiveItem&)>;

/// A written archive and what was said meanwhile.
struct Made {
    TemporaryFolder folder;
    RecordingContext context;
    archive::BackupOptions options;
    stream::GzipOptions gzip;
    std::filesystem::path path = folder / "a.tar.gz";

    void make(const Catalog& catalog, const Give& give) {
        stream::PartialFile file(path, stream::OnExisting::replace);
        {
            stream::TarGzWriter archive(file, gzip, context.stopToken());
            archive::BackupWriter writer(archive, catalog, options, context);
            give(catalog, [&writer](Item& item) { writer.write(item); });
            writer.finish();
        }
        file.prepare();
        file.commit();
    }
    /// Runs a command in a folder that holds the unpacked archive.
    std::string unpackedAnd(const std::string& command) {
        const auto to = folder / "unpacked";
        std::filesystem::remove_all(to);
        std::filesystem::create_directory(to);
        return shell("cd '" + to.native() + "' && tar xzf '" + path.native() + "' 2>../tar-errors && " +
                     command)
            .output;
    }
    [[nodiscard]] std::string member(const std::string& name) const {
        return shell("tar -xzOf '" + path.native() + "' -- '" + name + "'").output;
    }
    [[nodiscard]] std::string jq(const std::string& name, const std::string& filter) const {
        return shell("tar -xzOf '" + path.native() + "' -- '" + name + "' | jq -cr '" + filter + "'").output;
    }
    [[nodiscard]] std::string names() const { return shell("tar tzf '" + path.native() + "'").output; }
};

}  // namespace roost::testing
