#include "lib/s3/connection.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <utility>

#include "lib/s3/checksums.hpp"
#include "roost/error.hpp"

namespace roost::s3 {

namespace {

constexpr std::size_t largestBody = std::size_t{16} << 20U;
constexpr std::size_t largestHeaders = std::size_t{256} << 10U;
constexpr long connectSeconds = 15;
constexpr long slowSilentSeconds = 900;
constexpr long uploadBuffer = 128L << 10U;
constexpr long downloadBuffer = 128L << 10U;
/// libcurl sends a form of less than 64 KiB together with its headers, what it calls an upload never.
constexpr std::size_t largestForm = (std::size_t{64} << 10U) - 1;

struct CloseEasy {
    void operator()(CURL* easy) const noexcept { ::curl_easy_cleanup(easy); }
};
struct FreeList {
    void operator()(curl_slist* list) const noexcept { ::curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

/// What the callbacks of one request share.
struct Transfer {
    CURL* easy = nullptr;
    const Request* request = nullptr;
    Answer* answer = nullptr;
    const std::function<bool()>* goOn = nullptr;
    std::size_t sent = 0;
    std::size_t headerBytes = 0;
    bool stopped = false;
    bool tooLarge = false;
};

Transfer& transferOf(void* user) { return *static_cast<Transfer*>(user); }

std::size_t takeBody(char* data, std::size_t, std::size_t size, void* user) {
    Transfer& transfer = transferOf(user);
    Answer& answer = *transfer.answer;
    ::curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &answer.status);
    const std::span<std::byte> into = transfer.request->into;
    const bool direct = !into.empty() && answer.status >= 200 && answer.status < 300;
    const std::size_t room = direct ? into.size() - answer.received : largestBody - answer.body.size();
    if (size > room) {
        transfer.tooLarge = true;
        return 0;
    }
    if (direct) {
        std::memcpy(into.data() + answer.received, data, size);
        answer.received += size;
    } else {
        answer.body.append(data, size);
    }
    return size;
}

std::size_t takeHeader(char* data, std::size_t, std::size_t size, void* user) {
    Transfer& transfer = transferOf(user);
    if ((transfer.headerBytes += size) > largestHeaders) return 0;
    const std::string_view line(data, size);
    if (line.starts_with("HTTP/")) transfer.answer->headers.clear();  // one came before: 100 Continue
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return size;
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    constexpr std::string_view blanks = " \t\r\n";
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(blanks), value.size()));
    value = value.substr(0, value.find_last_not_of(blanks) + 1);
    transfer.answer->headers[std::move(name)] = value;
    return size;
}

std::size_t giveBody(char* buffer, std::size_t, std::size_t room, void* user) {
    Transfer& transfer = transferOf(user);
    const auto rest = transfer.request->body.subspan(transfer.sent);
    const std::size_t size = std::min(room, rest.size());
    if (size > 0) std::memcpy(buffer, rest.data(), size);
    transfer.sent += size;
    return size;
}

int rewindBody(void* user, curl_off_t offset, int origin) {
    Transfer& transfer = transferOf(user);
    if (origin != SEEK_SET || offset < 0 || static_cast<std::size_t>(offset) > transfer.request->body.size())
        return CURL_SEEKFUNC_FAIL;
    transfer.sent = static_cast<std::size_t>(offset);
    return CURL_SEEKFUNC_OK;
}

int lookUp(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    Transfer& transfer = transferOf(user);
    if ((*transfer.goOn)()) return 0;
    transfer.stopped = true;
    return 1;
}

Trouble troubleOf(CURLcode code, std::string_view message) noexcept {
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
            return Trouble::unknownHost;
        case CURLE_COULDNT_CONNECT:
            return Trouble::unreachable;
        case CURLE_OPERATION_TIMEDOUT:
            return Trouble::silent;
        case CURLE_GOT_NOTHING:
            return Trouble::noAnswer;
        case CURLE_PEER_FAILED_VERIFICATION:
            return Trouble::badCertificate;
        case CURLE_SSL_CACERT_BADFILE:
            return Trouble::certificateFile;
        case CURLE_SSL_CONNECT_ERROR:  // OpenSSL's words for an answer in clear text
            return message.find("wrong version number") != message.npos ? Trouble::noTls : Trouble::other;
        default:
            return Trouble::other;
    }
}

bool mayHelp(CURLcode code) noexcept {
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_CONNECT:
        case CURLE_PARTIAL_FILE:
        case CURLE_OPERATION_TIMEDOUT:
        case CURLE_GOT_NOTHING:
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_HTTP2:
        case CURLE_HTTP2_STREAM:
            return true;
        default:
            return false;
    }
}

/// libcurl wants its own start once in a process; the standard makes this one happen once.
void startLibrary() {
    static const CURLcode started = ::curl_global_init(CURL_GLOBAL_DEFAULT);
    if (started != CURLE_OK) throw Error("the HTTP library (libcurl) cannot be started");
}

void append(HeaderList& list, const std::string& line) {
    curl_slist* const longer = ::curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(list.release());
    list.reset(longer);
}

std::string address(const BucketAddress& bucket, const Request& request) {
    std::string text = bucket.scheme + "://" + bucket.host + bucket.path;
    if (!request.key.empty() || !bucket.path.starts_with('/')) text += "/" + uriEncoded(request.key, true);
    if (!request.query.empty()) text += "?" + queryText(request.query);
    return text;
}

/// The body is part of what is signed, over TLS too: the server checks it in the same way everywhere.
std::string bodyHash(const Request& request) {
    return request.bodyHash.empty() ? sha256Hex(request.body) : request.bodyHash;
}

}  // namespace

std::string Answer::etag() const {
    std::string text = header("etag");
    std::erase(text, '"');
    return text;
}

struct Connection::Handles {
    Handles(const ServerSettings& server, std::function<bool()> asked)
        : settings(server), goOn(std::move(asked)) {}

    void setOnce();
    template <class Value>
    void set(CURLoption option, Value value) {
        if (const CURLcode code = ::curl_easy_setopt(easy.get(), option, value); code != CURLE_OK)
            throw Error(std::string("the HTTP library (libcurl) refuses a setting: ") +
                        ::curl_easy_strerror(code));
    }
    void setMethod(const Request& request);
    void setBody(std::span<const std::byte> body, const char* method);
    [[nodiscard]] HeaderList headersOf(const Request& request) const;

    const ServerSettings& settings;
    std::function<bool()> goOn;
    std::unique_ptr<CURL, CloseEasy> easy;
    std::array<char, CURL_ERROR_SIZE> message{};
    bool used = false;
};

void Connection::Handles::setOnce() {
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_ERRORBUFFER, message.data());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PATH_AS_IS, 1L);  // a key may hold "//" or ".."
    set(CURLOPT_CONNECTTIMEOUT, connectSeconds);
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_UPLOAD_BUFFERSIZE, uploadBuffer);
    set(CURLOPT_BUFFERSIZE, downloadBuffer);
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!settings.address.caFile.empty()) set(CURLOPT_CAINFO, settings.address.caFile.c_str());
    set(CURLOPT_USERAGENT, "roost");
    // By name and password apart: an id may hold a ':'.
    set(CURLOPT_USERNAME, settings.credentials.accessKeyId.c_str());
    set(CURLOPT_PASSWORD, settings.credentials.secretAccessKey.c_str());
    set(CURLOPT_AWS_SIGV4, ("aws:amz:" + settings.address.region + ":s3").c_str());
    set(CURLOPT_WRITEFUNCTION, takeBody);
    set(CURLOPT_HEADERFUNCTION, takeHeader);
    set(CURLOPT_READFUNCTION, giveBody);
    set(CURLOPT_SEEKFUNCTION, rewindBody);
    set(CURLOPT_XFERINFOFUNCTION, lookUp);
    set(CURLOPT_NOPROGRESS, 0L);
}

void Connection::Handles::setMethod(const Request& request) {
    set(CURLOPT_CUSTOMREQUEST, static_cast<const char*>(nullptr));
    set(CURLOPT_POSTFIELDS, static_cast<const char*>(nullptr));
    set(CURLOPT_HTTPGET, 1L);
    switch (request.method) {
        case Method::get:
            break;
        case Method::head:
            set(CURLOPT_NOBODY, 1L);
            break;
        case Method::put:
            setBody(request.body, "PUT");
            break;
        case Method::post:
            setBody(request.body, "POST");
            break;
        case Method::remove:
            set(CURLOPT_CUSTOMREQUEST, "DELETE");
            break;
    }
}

void Connection::Handles::setBody(std::span<const std::byte> body, const char* method) {
    set(CURLOPT_CUSTOMREQUEST, method);
    const auto size = static_cast<curl_off_t>(body.size());
    if (body.size() <= largestForm) {
        set(CURLOPT_POSTFIELDSIZE_LARGE, size);
        set(CURLOPT_POSTFIELDS, body.empty() ? "" : reinterpret_cast<const char*>(body.data()));
    } else {
        set(CURLOPT_UPLOAD, 1L);
        set(CURLOPT_INFILESIZE_LARGE, size);
    }
}

HeaderList Connection::Handles::headersOf(const Request& request) const {
    HeaderList list;
    // libcurl 7.88 signs the host without its port unless the header is given.
    append(list, "Host: " + settings.address.host);
    append(list, "x-amz-content-sha256: " + bodyHash(request));
    if (!settings.credentials.sessionToken.empty())
        append(list, "x-amz-security-token: " + settings.credentials.sessionToken);
    for (const auto& [name, value] : request.headers) append(list, name + ": " + value);
    const bool sends = request.method == Method::put || request.method == Method::post;
    if (sends && std::ranges::find(request.headers, "Content-Type",
                                   &std::pair<std::string, std::string>::first) == request.headers.end())
        append(list, "Content-Type: application/octet-stream");  // else libcurl says that it is a form
    return list;
}

Connection::Connection(const ServerSettings& settings, std::function<bool()> goOn) {
    startLibrary();
    handles_ = std::make_unique<Handles>(settings, std::move(goOn));
    handles_->easy.reset(::curl_easy_init());
    if (!handles_->easy) throw Error("the HTTP library (libcurl) cannot be used");
    handles_->setOnce();
}

Connection::~Connection() = default;

Exchange Connection::send(const Request& request, Answer& answer, long silentSeconds) {
    answer = Answer();
    Transfer transfer{handles_->easy.get(), &request, &answer, &handles_->goOn, 0, 0, false, false};
    const std::string url = address(handles_->settings.address, request);
    HeaderList headers = handles_->headersOf(request);
    handles_->setMethod(request);
    handles_->set(CURLOPT_URL, url.c_str());
    handles_->set(CURLOPT_LOW_SPEED_TIME, request.slow ? slowSilentSeconds : silentSeconds);
    // Waiting for "100 Continue" would cost a round trip each; a body that is refused can be sent again.
    handles_->set(CURLOPT_EXPECT_100_TIMEOUT_MS, 1L);
    for (const CURLoption option :
         {CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA, CURLOPT_SEEKDATA, CURLOPT_XFERINFODATA})
        handles_->set(option, &transfer);
    handles_->set(CURLOPT_HTTPHEADER, headers.get());
    handles_->message[0] = '\0';
    const CURLcode code = ::curl_easy_perform(handles_->easy.get());
    handles_->set(CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
    ::curl_easy_getinfo(handles_->easy.get(), CURLINFO_RESPONSE_CODE, &answer.status);
    Exchange result;
    result.answered = code == CURLE_OK;
    result.stopped = transfer.stopped;
    long connects = 0;
    ::curl_easy_getinfo(handles_->easy.get(), CURLINFO_NUM_CONNECTS, &connects);
    result.resent = std::exchange(handles_->used, true) && connects > 0;
    if (result.answered || result.stopped) return result;
    result.problem = transfer.tooLarge              ? "the answer is larger than it can be"
                     : handles_->message[0] != '\0' ? handles_->message.data()
                                                    : ::curl_easy_strerror(code);
    result.trouble = troubleOf(code, result.problem);
    result.repeatable = mayHelp(code) && result.trouble != Trouble::noTls;
    return result;
}

}  // namespace roost::s3
