#include "sinks/files/restore_record.hpp"

#include <Poco/Base64Decoder.h>
#include <Poco/Base64Encoder.h>
#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <iterator>
#include <random>
#include <sstream>

#include "lib/storage/user_trees.hpp"
#include "roost/error.hpp"

namespace roost::storage {

namespace {

std::string encode(const std::string& bytes) {
    std::ostringstream text;
    Poco::Base64Encoder encoder(text);
    encoder.rdbuf()->setLineLength(0);
    encoder << bytes;
    encoder.close();
    return text.str();
}

std::string decode(const std::string& text) {
    std::istringstream stream(text);
    Poco::Base64Decoder decoder(stream);
    return {std::istreambuf_iterator<char>(decoder), std::istreambuf_iterator<char>()};
}

}  // namespace

void RestoreRecord::chooseName() {
    constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyz23456789";
    std::random_device random;
    staging = stagingPrefix;
    for (int i = 0; i < 10; ++i) staging += letters[random() % letters.size()];
}

std::string RestoreRecord::toJson() const {
    Poco::JSON::Object object(Poco::JSON_PRESERVE_KEY_ORDER);
    object.set("root", encode(root));
    object.set("staging", staging);
    object.set("made_root", madeRoot);
    object.set("prepared", prepared);
    Poco::JSON::Array list;
    for (const auto& [kind, folder] : kinds) {
        Poco::JSON::Array pair;
        pair.add(encode(kind));
        pair.add(encode(folder));
        list.add(pair);
    }
    object.set("kinds", list);
    std::ostringstream text;
    object.stringify(text);
    return text.str();
}

RestoreRecord RestoreRecord::fromJson(const std::string& text) {
    try {
        const auto object = Poco::JSON::Parser().parse(text).extract<Poco::JSON::Object::Ptr>();
        RestoreRecord record;
        record.root = decode(object->getValue<std::string>("root"));
        record.staging = object->getValue<std::string>("staging");
        record.madeRoot = object->getValue<bool>("made_root");
        record.prepared = object->getValue<bool>("prepared");
        const auto list = object->getArray("kinds");
        for (unsigned i = 0; i < list->size(); ++i) {
            const auto pair = list->getArray(i);
            record.kinds.emplace_back(decode(pair->getElement<std::string>(0)),
                                      decode(pair->getElement<std::string>(1)));
        }
        if (record.root.empty() || record.root.front() != '/' || !isStaging(record.staging) ||
            record.staging.find('/') != std::string::npos)
            throw Error("the journal of a restore of files names no folder");
        return record;
    } catch (const Poco::Exception& problem) {
        throw Error("the journal of a restore of files cannot be read: " + problem.displayText());
    }
}

}  // namespace roost::storage
