#!/usr/bin/env bash
# Installs what is missing, builds, and runs all tests.
#
#   scripts/test.sh                 the release build
#   scripts/test.sh asan            the same under AddressSanitizer and UndefinedBehaviorSanitizer
#   scripts/test.sh tsan -R flow    only what matches, under ThreadSanitizer
#
# The first argument is a preset (release, debug, asan, tsan); what follows goes to ctest. The tests of
# PostgreSQL and of S3 get private servers on Unix sockets and on loopback, which are stopped at the end.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
  -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac
preset=release
case "${1:-}" in
  release | debug | asan | tsan) preset=$1; shift ;;
esac

scripts/install-deps.sh --tests
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset"
# A crash of a program under test must not fill the disk with cores.
ulimit -c 0
scripts/with-postgres.sh scripts/with-s3.sh ctest --preset "$preset" -j"$(nproc)" "$@"
