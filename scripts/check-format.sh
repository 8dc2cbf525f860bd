#!/usr/bin/env bash
# Fails when a C++ file is not as .clang-format wants it. With --fix it is made so.
set -euo pipefail
cd "$(dirname "$0")/.."

mode=(--dry-run --Werror)
[[ ${1:-} == --fix ]] && mode=(-i)
git ls-files -z --cached --others --exclude-standard '*.cpp' '*.hpp' | xargs -0 clang-format-14 "${mode[@]}"
