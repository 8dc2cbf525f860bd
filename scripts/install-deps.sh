#!/usr/bin/env bash
# Installs what roost needs on Debian 12 and what is missing here; where nothing is missing it does nothing.
#
#   scripts/install-deps.sh           what building takes
#   scripts/install-deps.sh --tests   what the tests and benchmarks take as well
#   scripts/install-deps.sh --fuzz    what fuzzing takes
#   scripts/install-deps.sh --list    only lists what is missing
#
# Packages that are installed stay at their version. Needs root or sudo only when something is missing.
set -euo pipefail

packages=(
    g++ cmake ninja-build pkgconf ccache
    libpoco-dev libboost1.81-dev libyaml-cpp-dev libarchive-dev libisal-dev libpq-dev libsqlite3-dev
    libfmt-dev libspdlog-dev libcli11-dev libssl-dev librnp-dev libcurl4-openssl-dev libxxhash-dev zlib1g-dev catch2
    sqlite3
)
for_tests=(
    postgresql jq python3 openssl time rclone
    pigz zstd libarchive-tools zip unzip gnupg clang-format-14 clang-tidy-14
)

for_fuzzing=(clang-14 libclang-rt-14-dev)

# The S3 server of the tests is built by Go, whichever is there; a Go that is too old for it fetches the one it needs.
command -v go >/dev/null || for_tests+=(golang-go ca-certificates)

list_only=no
for argument in "$@"; do
    case $argument in
    --tests) packages+=("${for_tests[@]}") ;;
    --fuzz) packages+=("${for_fuzzing[@]}") ;;
    --list) list_only=yes ;;
    -h | --help)
        sed -n '2,9s/^# \{0,1\}//p' "$0"
        exit 0
        ;;
    *)
        echo "install-deps.sh: unknown argument '$argument'; see --help" >&2
        exit 2
        ;;
    esac
done

if ! command -v dpkg-query >/dev/null; then
    echo "install-deps.sh: this is no Debian; install the counterparts of: ${packages[*]}" >&2
    exit 1
fi

# dpkg-query fails for names it never heard of; what it knows it prints all the same.
installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${packages[@]}" 2>/dev/null || true)
missing=()
for package in "${packages[@]}"; do
    grep -qxF "$package installed" <<<"$installed" || missing+=("$package")
done

[ ${#missing[@]} -gt 0 ] || exit 0
if [ $list_only = yes ]; then
    printf '%s\n' "${missing[@]}"
    exit 0
fi

as_root=()
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "install-deps.sh: run as root, or install yourself: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi

echo "installing: ${missing[*]}" >&2
# Another apt may be at work (a fresh machine upgrades itself): wait for it instead of failing.
wait_for_lock=(-o DPkg::Lock::Timeout=600)
"${as_root[@]}" apt-get "${wait_for_lock[@]}" update -q >&2 ||
    echo "install-deps.sh: the package lists could not be renewed; trying with those that are here" >&2
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "${wait_for_lock[@]}" install -q -y \
    --no-install-recommends --no-upgrade "${missing[@]}" >&2
