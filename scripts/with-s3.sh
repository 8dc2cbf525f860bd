#!/usr/bin/env bash
# Runs a command beside an S3 server of its own, which lives in a temporary folder and ends with it.
#
#     scripts/with-s3.sh [--tls] COMMAND [ARGUMENT...]
#
# The server is versitygw, an S3 gateway over a folder, on a free port of 127.0.0.1; with --tls it speaks https with
# a certificate of its own. Where the program is not there (ROOST_TEST_S3_SERVER names one, or it is in PATH), Go
# builds it once into a cache: ROOST_CACHE_DIR, else XDG_CACHE_HOME/roost, else ~/.cache/roost. Where that fails the
# exit code is 2. Several may run at once. The exit code is the command's.
#
# The command finds in its environment:
#   S3_ENDPOINT, S3_REGION, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY   what a client needs
#   ROOST_TEST_S3_FOLDER    the folder with a folder for each bucket
#   ROOST_TEST_S3_PROGRAM   the server's program, for tests that start one themselves
#   AWS_CA_BUNDLE           with --tls, the certificate that the server's can be checked with
set -euo pipefail

version=v1.8.0
toolchain=go1.25.0 # what it wants at least
module=github.com/versity/versitygw/cmd/versitygw

fail() {
    echo "with-s3.sh: $*" >&2
    exit 2
}

tls=no
while [[ ${1:-} == --* ]]; do
    case $1 in
    --tls) tls=yes ;;
    *) fail "unknown option '$1'" ;;
    esac
    shift
done
[ $# -gt 0 ] || fail "no command given; usage: $0 [--tls] COMMAND [ARGUMENT...]"

# A Go from 1.21 on fetches the Go that a module wants by itself. Debian's is older, and gets it as what it is to a Go
# module proxy: a module, checked by the checksum database as every other.
build() {
    local go=go minor
    minor=$(go env GOVERSION | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
    if [ "${minor:-0}" -lt 21 ]; then
        local folder
        (cd "$1" && go mod init scratch && go mod download "golang.org/toolchain@v0.0.1-$toolchain.linux-$(go env GOARCH)")
        folder=$(go env GOMODCACHE)/golang.org/toolchain@v0.0.1-$toolchain.linux-$(go env GOARCH)
        cp -r "$folder" "$1/go"
        chmod -R u+rwX "$1/go"
        chmod -R u+x "$1/go/bin" "$1/go/pkg/tool"
        go=$1/go/bin/go
    fi
    GOTOOLCHAIN=auto GOFLAGS=-buildvcs=false GOBIN=$1 "$go" install -p 2 "$module@$version"
}

find_server() {
    if [ -n "${ROOST_TEST_S3_SERVER:-}" ]; then
        [ -x "$ROOST_TEST_S3_SERVER" ] || fail "ROOST_TEST_S3_SERVER names no program: $ROOST_TEST_S3_SERVER"
        echo "$ROOST_TEST_S3_SERVER"
        return
    fi
    command -v versitygw && return
    local cache=${ROOST_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/roost}
    local program=$cache/versitygw-$version/versitygw
    if [ ! -x "$program" ]; then
        command -v go >/dev/null || fail "neither versitygw nor Go is there; scripts/install-deps.sh --tests brings Go"
        mkdir -p "$cache"
        local made
        made=$(mktemp -d "$cache/make.XXXXXX")
        echo "with-s3.sh: building versitygw $version (once)" >&2
        if ! build "$made" >"$made/log" 2>&1; then
            local said
            said=$(tail -n 5 "$made/log")
            rm -rf -- "$made"
            fail "versitygw cannot be built: $said"
        fi
        mkdir -p "${program%/*}"
        mv -f "$made/versitygw" "$program"
        rm -rf -- "$made"
    fi
    echo "$program"
}
server=$(find_server)
[ -n "$server" ] || exit 2

folder=$(mktemp -d "${TMPDIR:-/tmp}/roost-s3.XXXXXX")
server_pid=
command_pid=
stop_server() {
    trap '' INT TERM HUP
    if [ -n "$server_pid" ]; then
        kill "$server_pid" 2>/dev/null || true
        wait "$server_pid" 2>/dev/null || true
    fi
    rm -rf -- "$folder"
}
trap stop_server EXIT
forward() {
    if [ -n "$command_pid" ]; then kill -"$1" "$command_pid" 2>/dev/null || true; else exit 130; fi
}
trap : INT # a terminal sends it to the command as well
trap 'forward TERM' TERM
trap 'forward HUP' HUP

key=roost-test
secret=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
mkdir "$folder/buckets"
certificate=()
scheme=http
if [ $tls = yes ]; then
    scheme=https
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
        -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' -keyout "$folder/server.key" -out "$folder/server.crt" \
        >"$folder/openssl.log" 2>&1 || fail "openssl failed: $(tail -n 3 "$folder/openssl.log")"
    certificate=(--cert "$folder/server.crt" --key "$folder/server.key")
fi

# Below the ports that the kernel hands out by itself; another server may still have it, so several are tried.
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
for attempt in 1 2 3 4 5 6 7 8; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    answers "$port" && continue
    ROOT_ACCESS_KEY=$key ROOT_SECRET_KEY=$secret "$server" --port "127.0.0.1:$port" --quiet --keep-alive \
        "${certificate[@]}" posix "$folder/buckets" >"$folder/server.log" 2>&1 &
    server_pid=$!
    for ((i = 0; i < 300; ++i)); do
        answers "$port" && break 2
        kill -0 "$server_pid" 2>/dev/null || break
        sleep 0.1
    done
    kill "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
    server_pid=
    [ "$attempt" -lt 8 ] || fail "the server didn't start: $(tail -n 5 "$folder/server.log")"
done
[ -n "$server_pid" ] || fail "no free port was found"

# What is set for other servers must not lead a test to them.
while IFS= read -r name; do unset "$name"; done < <(compgen -e | grep -E '^(AWS_|S3_)' || true)
export S3_ENDPOINT=$scheme://127.0.0.1:$port S3_REGION=us-east-1
export S3_ACCESS_KEY_ID=$key S3_SECRET_ACCESS_KEY=$secret
export ROOST_TEST_S3_FOLDER=$folder/buckets ROOST_TEST_S3_PROGRAM=$server
export AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_CONFIG_FILE=/dev/null
[ $tls = no ] || export AWS_CA_BUNDLE=$folder/server.crt

# In the background, so that a signal reaches the command and the server is stopped all the same.
(trap - INT TERM HUP EXIT && exec "$@") <&0 &
command_pid=$!
code=0
wait "$command_pid" || code=$?
while kill -0 "$command_pid" 2>/dev/null; do # a signal ended the wait, not the command
    code=0
    wait "$command_pid" || code=$?
done
exit "$code"
