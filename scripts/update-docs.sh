#!/usr/bin/env bash
# Writes the table of options in each plugin's README.md anew, from what the plugins themselves say.
#
#   scripts/update-docs.sh                      with build/release/bin/roost
#   scripts/update-docs.sh build/debug/bin/roost
#
# The table stands between the lines '<!-- options: begin -->' and '<!-- options: end -->'.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
  -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac
roost=${1:-build/release/bin/roost}
if [[ ! -x $roost ]]; then
  echo "update-docs.sh: there is no program $roost; build it first, or name another one" >&2
  exit 2
fi

for readme in plugins/{sources,transforms,sinks}/*/README.md; do
  [[ -e $readme ]] || continue
  folder=$(dirname "$readme")
  name=$(basename "$folder")
  kind=$(basename "$(dirname "$folder")")
  if ! grep -qx '<!-- options: begin -->' "$readme" || ! grep -qx '<!-- options: end -->' "$readme"; then
    echo "update-docs.sh: $readme has no lines '<!-- options: begin -->' and '<!-- options: end -->'" >&2
    exit 1
  fi
  table=$("$roost" plugins "${name//_/-}" --kind "${kind%s}" --markdown)
  fresh=$(mktemp "$folder/README.XXXXXX")
  trap 'rm -f "$fresh"' EXIT
  TABLE=$table awk '
    $0 == "<!-- options: end -->" { inside = 0 }
    !inside { print }
    $0 == "<!-- options: begin -->" { inside = 1; print ENVIRON["TABLE"] }' "$readme" >"$fresh"
  if cmp -s "$fresh" "$readme"; then
    rm "$fresh"
  else
    chmod --reference="$readme" "$fresh"
    mv "$fresh" "$readme"
    echo "updated $readme"
  fi
done
