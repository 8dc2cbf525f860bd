// A zip written for a test, and what roost says of it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "lib/archive/archive_input.hpp"
#include "lib/archive/backup_reader.hpp"
#include "lib/archive/backup_writer.hpp"
#include "lib/stream/partial_file.hpp"
#include "lib/zip/zip_writer.hpp"
#include "plugins/archive/sample_backup.hpp"
#include "plugins/recording_context.hpp"
#include "plugins/shell.hpp"

namespace roost::testing {

struct MadeZip {
    TemporaryFolder folder;
    RecordingContext context;
    archive::BackupOptions options;
    zip::ZipOptions zip;
    std::filesystem::path path = folder / "a.zip";

    void make(const Catalog& catalog, const std::function<void(const Catalog&, const GiveItem&)>& give) {
        stream::PartialFile file(path, stream::OnExisting::replace);
        {
            zip::ZipWriter archive(file, zip, context.temporaryFolder(), context.stopToken());
            archive::BackupWriter writer(archive, catalog, options, context);
            give(catalog, [&writer](Item& item) { writer.write(item); });
            writer.finish();
        }
        file.prepare();
        file.commit();
    }
};

/// What ends the reading of a zip; "" where it is a whole backup. `text` gets its files' bytes.
inline std::string readZip(const std::filesystem::path& path, Context& context, std::string* text = nullptr) {
    try {
        const auto backup =
            archive::openBackup(std::make_shared<archive::ArchiveInput>(
                                    std::make_shared<stream::FileInput>(path), context, archive::Format::zip),
                                {}, context);
        for (Item item; backup->next(item);) {
            auto* const entry = std::get_if<Entry>(&item);
            if (entry == nullptr || !entry->content || text == nullptr) continue;
            *text += entry->kind + "/" + entry->owner + "/" + entry->path + ": ";
            std::vector<std::byte> piece(1000);
            while (const std::size_t got = entry->content->read(piece))
                text->append(reinterpret_cast<const char*>(piece.data()), got);
            *text += "\n";
        }
        return {};
    } catch (const Error& error) {
        return error.what();
    }
}

}  // namespace roost::testing
