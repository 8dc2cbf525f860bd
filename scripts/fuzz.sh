#!/usr/bin/env bash
# Runs the fuzz targets for a while, on the inputs that are kept in tests/fuzz/corpus and new ones made from them.
#
#   scripts/fuzz.sh              a minute for each target
#   scripts/fuzz.sh 3600         an hour for each
#
# An input that breaks one lands in build/fuzz/found/; once mended, keep it in the target's corpus. Inputs that reach new
# code stay in build/fuzz/inputs/ for the next time.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
-h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac
seconds=${1:-60}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "fuzz.sh: '$seconds' is no number of seconds" >&2; exit 2; }

scripts/install-deps.sh --fuzz
cmake -S . -B build/fuzz -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE="-O1 -g1" -DCMAKE_CXX_COMPILER=clang++-14 \
    -DROOST_FUZZ=ON -DROOST_SANITIZE=address,undefined -DROOST_TESTS=OFF --log-level=WARNING >/dev/null
targets=()
for corpus in tests/fuzz/corpus/*/; do targets+=("$(basename "$corpus")_fuzz"); done
cmake --build build/fuzz --target "${targets[@]}"
mkdir -p build/fuzz/found
for target in "${targets[@]}"; do
    inputs=build/fuzz/inputs/${target%_fuzz}
    mkdir -p "$inputs"
    echo "$target: $seconds seconds"
    # Memory that grows with a hostile input is a bug, too.
    build/fuzz/bin/"$target" -max_total_time="$seconds" -rss_limit_mb=1024 -timeout=20 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix=build/fuzz/found/"$target"- "$inputs" tests/fuzz/corpus/"${target%_fuzz}" 2>&1 | tail -n 8
done
