#!/usr/bin/env bash
# Measures how many rows a second go from a database into an archive; a part of full-backup.sh.
#
#   bench/database-only.sh --work FOLDER --url URL --name NAME --rows N [--rounds N]
#
# Needs the release build. FOLDER takes the archive and the results.
set -euo pipefail

work= url= name= rows= rounds=5
while [ $# -ge 2 ]; do
    case $1 in
    --work) work=$2 ;;
    --url) url=$2 ;;
    --name) name=$2 ;;
    --rows) rows=$2 ;;
    --rounds) rounds=$2 ;;
    *) break ;;
    esac
    shift 2
done
if [ $# -gt 0 ] || [ -z "$work" ] || [ -z "$url" ] || [ -z "$name" ] || [ -z "$rows" ]; then
    sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi

cd "$(dirname "$0")/.."
. bench/measure.sh
command=$(printf '%q ' "$PWD/build/release/bin/roost" run bench/database-only.yaml --progress none --log-level error \
    --set DATABASE_URL="$url" --set out="$work/database.tar.gz")
results=$work/results-$name
for ((round = 0; round <= rounds; ++round)); do
    rm -f "$work/database.tar.gz"
    if [ "$round" -eq 0 ]; then measure /dev/null "$name" "$command"; else measure "$results" "$name" "$command"; fi
done
rm -f "$work/database.tar.gz"
python3 bench/summary.py rows "$results" "$rows"
