#!/usr/bin/env bash
# Runs clang-tidy over core/ and plugins/, or over the files that are named. Needs a configured build folder
# (the release preset's by default, or BUILD_DIR).
set -euo pipefail
cd "$(dirname "$0")/.."

build=${BUILD_DIR:-build/release}
[ -f "$build/compile_commands.json" ] || cmake --preset release >/dev/null
files=("$@")
if [ ${#files[@]} -eq 0 ]; then
  mapfile -d '' -t files < <(git ls-files -z 'core/*.cpp' 'plugins/*.cpp')
fi
printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -n 4 clang-tidy-14 --quiet --extra-arg=-Wno-unknown-warning-option -p "$build"
