#!/usr/bin/env bash
# Writes the table of options in each plugin's README.md anew, from what the plugins themselves say. The examples are
# built for it in a temporary folder, against an installation of the same build.
#
#   scripts/update-docs.sh                      with build/release/bin/roost
#   scripts/update-docs.sh build/debug/bin/roost
#
# A table stands between the lines '<!-- options: begin -->' and '<!-- options: end -->'. Where a README is of more
# than one plugin, the first line names which: '<!-- options: begin source box -->'.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
  -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac
roost=${1:-build/release/bin/roost}
if [[ ! -x $roost ]]; then
  echo "update-docs.sh: there is no program $roost; build it first, or name another one" >&2
  exit 2
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# update README KIND NAME [ARGUMENT...]: KIND and NAME are those of a mark that names none
update() {
  local readme=$1 kind=$2 name=$3 line of_kind of_name inside=no tables=0
  shift 3
  while IFS= read -r line || [[ -n $line ]]; do
    [[ $line == '<!-- options: end -->' ]] && inside=no
    [[ $inside == no ]] && printf '%s\n' "$line"
    if [[ $line =~ ^'<!-- options: begin'(\ ([a-z]+)\ ([a-z0-9-]+))?' -->'$ ]]; then
      of_kind=${BASH_REMATCH[2]:-$kind} of_name=${BASH_REMATCH[3]:-$name}
      "$roost" plugins "$of_name" --kind "$of_kind" --markdown "$@"
      inside=yes tables=$((tables + 1))
    fi
  done <"$readme" >"$scratch/README.md"
  if ((tables == 0)) || [[ $inside == yes ]]; then
    echo "update-docs.sh: $readme has no lines '<!-- options: begin -->' and '<!-- options: end -->'" >&2
    exit 1
  fi
  if ! cmp -s "$scratch/README.md" "$readme"; then
    cat "$scratch/README.md" >"$readme"
    echo "updated $readme"
  fi
}

for readme in plugins/{sources,transforms,sinks}/*/README.md; do
  [[ -e $readme ]] || continue
  folder=$(dirname "$readme")
  name=$(basename "$folder")
  kind=$(basename "$(dirname "$folder")")
  update "$readme" "${kind%s}" "${name//_/-}"
done

cmake --install "$(dirname "$roost")/.." --prefix "$scratch/roost" >/dev/null
for readme in examples/*/README.md; do
  folder=$(dirname "$readme")
  example=$(basename "$folder")
  cmake -S "$folder" -B "$scratch/$example" -DCMAKE_PREFIX_PATH="$scratch/roost" -DCMAKE_BUILD_TYPE=Debug >/dev/null
  cmake --build "$scratch/$example" >/dev/null
  update "$readme" "${example%%-*}" "${example#*-}" --plugin-dir "$scratch/$example"
done
