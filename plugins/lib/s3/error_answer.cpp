#include "lib/s3/error_answer.hpp"

#include <array>
#include <string_view>

#include "lib/s3/xml_answer.hpp"
#include "lib/storage/shown_name.hpp"

namespace roost::s3 {

namespace {

struct Meaning {
    std::string_view code;
    std::string_view text;
    std::string_view hint;
};

constexpr std::string_view keyHint = "check the access key id and the secret access key";

constexpr std::array meanings{
    Meaning{"NoSuchBucket", "there is no such bucket",
            "check its name, the endpoint and the region, or make the bucket first"},
    Meaning{"InvalidBucketName", "no bucket can have this name", bucketNameRules},
    Meaning{"NoSuchKey", "there is no such object", "check the key"},
    Meaning{"NoSuchUpload", "the upload is not there any more",
            "a lifecycle rule of the bucket, or somebody, may have aborted it"},
    Meaning{"AccessDenied", "access is denied",
            "the key's policy has to allow listing, reading, writing and deleting in this bucket, as far as "
            "the run needs it"},
    Meaning{"InvalidAccessKeyId", "the server does not know the access key id", keyHint},
    Meaning{"XAdminUserNotFound", "the server does not know the access key id", keyHint},  // versitygw
    Meaning{"SignatureDoesNotMatch", "the server does not accept the signature", keyHint},
    Meaning{"RequestTimeTooSkewed", "the clocks of this machine and the server differ too much",
            "set this machine's clock"},
    Meaning{"ExpiredToken", "the session's credentials have expired", "get new ones and run it again"},
    Meaning{"InvalidToken", "the session token is not valid", "get new credentials and run it again"},
    Meaning{"PermanentRedirect", "the bucket is in another region or at another address",
            "set the region (S3_REGION) and the endpoint (S3_ENDPOINT)"},
    Meaning{"AuthorizationHeaderMalformed", "the request is signed for another region than the server's",
            "set the region (S3_REGION)"},
    Meaning{"InvalidObjectState", "the object is archived and cannot be read as it is",
            "bring it back from the archive storage class first"},
    Meaning{"BadDigest", "the bytes that came are not those that were sent",
            "check the network and run it again"},
    Meaning{"XAmzContentSHA256Mismatch", "the bytes that came are not those that were sent",
            "check the network and run it again"},
    Meaning{"InsufficientStorage", "the server has no room left", "make room there, and run it again"},
    Meaning{"EntityTooLarge", "it is larger than the server takes", ""},
    Meaning{"QuotaExceeded", "the bucket's quota is used up", "make room, or raise it"},
    Meaning{"PreconditionFailed", "it is there already, or has changed", ""},
    Meaning{"SlowDown", "the server asks to slow down", "run it again later"},
};

std::string codeOf(long status) {
    switch (status) {
        case 301:
        case 307:
            return "PermanentRedirect";
        case 403:
            return "AccessDenied";
        case 412:
            return "PreconditionFailed";
        default:
            return {};
    }
}

std::string shownTail(const Refusal& refusal) {
    if (!refusal.code.empty()) return " (" + storage::shownName(refusal.code) + ")";
    return " (HTTP status " + std::to_string(refusal.status) + ")";
}

/// What stands before libcurl's own words.
std::string wordsFor(Trouble trouble) {
    switch (trouble) {
        case Trouble::badCertificate:
            return "the server's certificate is not accepted: ";
        case Trouble::certificateFile:
            return "the file of certificates cannot be used: ";
        case Trouble::noTls:
            return "what answers there speaks no TLS: ";
        default:
            return {};
    }
}

std::string hintFor(Trouble trouble, const BucketAddress& address) {
    const std::string endpoint = "the S3 endpoint (" + address.scheme + "://" + address.host + ")";
    switch (trouble) {
        case Trouble::unknownHost:
            return "check " + endpoint +
                   (address.pathStyle
                        ? ""
                        : "; where the bucket cannot stand in the host name, set force-path-style");
        case Trouble::noAnswer:
            return "check " + endpoint +
                   (address.scheme == "http" ? "; where the server speaks TLS, it begins with https://" : "");
        case Trouble::badCertificate:
            return "name the certificate of the authority that signed it with ca-file or AWS_CA_BUNDLE, and "
                   "check that " +
                   endpoint + " has the host name that the certificate is for";
        case Trouble::certificateFile:
            return "check ca-file, or AWS_CA_BUNDLE: it is a file of certificates (PEM)";
        case Trouble::noTls:
            return "check " + endpoint + ": for a server without TLS it begins with http://";
        default:
            return "check that the server runs, " + endpoint + " and the network";
    }
}

}  // namespace

Refusal refusalOf(const Answer& answer) {
    Refusal refusal{answer.status, {}, {}};
    if (answer.body.find('<') != std::string::npos) {
        try {
            const XmlElement root = parseXml(answer.body);
            if (root.name == "Error") {
                refusal.code = root.textOf("Code");
                refusal.message = root.textOf("Message");
            }
        } catch (const Error&) {  // a proxy's page, say: the status tells what there is to tell
        }
    }
    if (refusal.code.empty()) refusal.code = codeOf(answer.status);
    return refusal;
}

bool isPassing(const Refusal& refusal) noexcept {
    // What was damaged on its way may come whole the next time.
    constexpr std::array<std::string_view, 8> codes{
        "BadDigest",     "XAmzContentSHA256Mismatch", "SlowDown",           "RequestTimeout",
        "InternalError", "OperationAborted",          "ServiceUnavailable", "Throttling"};
    for (const std::string_view code : codes)
        if (refusal.code == code) return true;
    return refusal.status >= 500 ? refusal.status != 501 : refusal.status == 429 || refusal.status == 408;
}

bool leavesOpen(const ServerRefusal& refusal) noexcept {
    return refusal.status() < 300 || refusal.status() >= 500;
}

ServerRefusal refusalError(const Request& request, const Answer& answer, const Refusal& refusal,
                           const BucketAddress& address) {
    std::string text = "cannot " + request.what + ": ";
    std::string hint;
    bool known = false;
    for (const Meaning& meaning : meanings) {
        if (meaning.code != refusal.code) continue;
        text += meaning.text;
        hint = meaning.hint;
        known = true;
    }
    if (!known)
        text += refusal.message.empty() ? "the server refuses it" : storage::shownName(refusal.message);
    text += shownTail(refusal);
    // What web servers answer who expect TLS.
    if (refusal.status == 400 && refusal.code.empty() && address.scheme == "http")
        hint = hintFor(Trouble::noAnswer, address);
    const std::string region = answer.header("x-amz-bucket-region");
    if (!region.empty() && region != address.region)
        hint = "the bucket is in the region " + storage::shownName(region) + ", not in " + address.region;
    return {text, hint, refusal.status, refusal.code};
}

NoAnswer connectionError(const Request& request, const Exchange& exchange, const BucketAddress& address) {
    return NoAnswer("cannot " + request.what + ": " + storage::shownName(wordsFor(exchange.trouble)) +
                        storage::shownName(exchange.problem),
                    hintFor(exchange.trouble, address));
}

}  // namespace roost::s3
