#!/usr/bin/env bash
# Measures the export of one user of many beside the full backup, from SQLite and from PostgreSQL, and the memory that
# the export of all users takes.
#
#   bench/user-export.sh [--rows N] [--users N] [--rounds N] [--dir FOLDER]
#
# A million rows of 10,000 users by default; FOLDER (by default in TMPDIR) takes some 2 GiB and is emptied again.
set -euo pipefail

rows=1000000 users=10000 rounds=5 folder=${TMPDIR:-/tmp}
while [ $# -ge 2 ]; do
    case $1 in
    --rows) rows=$2 ;;
    --users) users=$2 ;;
    --rounds) rounds=$2 ;;
    --dir) folder=$2 ;;
    *) break ;;
    esac
    shift 2
done
if [ $# -gt 0 ]; then
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi

cd "$(dirname "$0")/.."
if [ -z "${PGHOST-}" ]; then exec scripts/with-postgres.sh bash "$0" --rows "$rows" --users "$users" --rounds "$rounds" --dir "$folder"; fi
work=$(mktemp -d "$folder/roost-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
. bench/measure.sh
build_release
build/release/bin/roost-bench-data --out "$work/data" --rows "$rows" --users "$users" --files-bytes 256MiB \
    --postgres-sql "$work/data.sql" >/dev/null
createdb roost_bench
psql -X -q -v ON_ERROR_STOP=1 -d roost_bench -f "$work/data.sql" >/dev/null
psql -X -q -d roost_bench -c ANALYZE
rm "$work/data.sql"
one=$(sqlite3 "$work/data/aviary.db" "SELECT username FROM users ORDER BY id LIMIT 1 OFFSET $((users / 2))")

names=() befores=() commands=()
# job NAME DEFINITION ARGUMENT...
job() {
    local name=$1 definition=$2
    shift 2
    names+=("$name")
    befores+=("rm -f '$work/out.tar.gz'")
    commands+=("$(printf '%q ' env "DATA_DIR=$work/data" "$PWD/build/release/bin/roost" run "pipelines/$definition" --progress none \
        --log-level error --set "out=$work/out.tar.gz" "$@")")
}
postgres=(--set "DATABASE_URL=postgresql:///roost_bench")
job "SQLite: one user" user-export.yaml --set "users=$one"
job "SQLite: full backup" full-backup.yaml
job "SQLite: all users" user-export.yaml --set "users=*"
job "PostgreSQL: one user" user-export.yaml --set "users=$one" "${postgres[@]}"
job "PostgreSQL: full backup" full-backup.yaml "${postgres[@]}"
job "PostgreSQL: all users" user-export.yaml --set "users=*" "${postgres[@]}"
in_turns "$work/results"
python3 bench/summary.py peak "$work/results"
