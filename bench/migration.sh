#!/usr/bin/env bash
# Measures moves between SQLite and PostgreSQL beside the tools that do the same work, on the same data and in turns.
#
#   bench/migration.sh                       5,000,000 rows
#   bench/migration.sh --rows 1000000        fewer
#   bench/migration.sh --dir /mnt/disk       works there (needs 3 KB a row)
#
#   --rounds N        runs of each job that count, after one that doesn't (5)
#   --keep            leaves the data where it is
#
# The server has its default settings, fsync among them. pgloader takes part where it is installed. What the figures
# mean: bench/README.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

default_rows=5000000
. "$here/arguments.sh"
. bench/measure.sh
export TMPDIR=$work ROOST_STATE_DIR=$work/state
scripts/install-deps.sh --tests
build_release
program=$PWD/build/release/bin/roost
copier=$PWD/build/release/bin/roost-bench-sqlite-copy
build/release/bin/roost-bench-data --out "$work/data" --rows "$rows" --files-bytes 1MiB --users 50 >/dev/null
chmod 755 "$work" # the server's account has to reach what lies here
mkdir "$work/copy" && chmod 777 "$work/copy"

# move DEFINITION FROM TO [SETTING]: the command line of a run.
move() {
    printf '%q ' "$program" run "pipelines/$1.yaml" --set from="$2" --set to="$3" --set verify="$4" --yes --progress none --log-level error
}
fresh() { echo "psql -qX -c 'DROP DATABASE IF EXISTS $1' -c 'CREATE DATABASE $1' -c CHECKPOINT"; }

# What COPY FROM and pgloader need: the tables that roost makes, and their rows as COPY writes them.
prepare_copy() {
    bash -c "$(fresh model)"
    bash -c "$(move sqlite-to-postgres "sqlite:$work/data/aviary.db" postgresql:///model false)" >/dev/null
    local tables
    tables=$(psql -qXAt -d model -c "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
    {
        echo 'BEGIN;'
        pg_dump -d model --schema-only --section=pre-data
        for table in $tables; do
            psql -qX -d model -c "COPY $table TO '$work/copy/$table'"
            echo "COPY public.$table FROM '$work/copy/$table';"
        done
        pg_dump -d model --schema-only --section=post-data
        echo 'COMMIT;'
    } >"$work/copy.sql"
    {
        cat "$work/copy.sql"
        echo 'ANALYZE;'
    } >"$work/copy-analyze.sql"
    cat >"$work/pgloader.load" <<LOAD
LOAD DATABASE FROM sqlite://$work/data/aviary.db INTO postgresql://$PGUSER@unix:$PGHOST:$PGPORT/loaded
  WITH prefetch rows = 1000, include drop, create tables, create indexes, reset sequences, foreign keys
  CAST type numeric to bigint drop default;
LOAD
}

to_postgres() {
    prepare_copy
    names=("roost" "roost, not verified" "COPY FROM, text" "COPY FROM, text; ANALYZE")
    befores=("$(fresh moved)" "$(fresh moved)" "$(fresh copied)" "$(fresh copied)")
    commands=("$(move sqlite-to-postgres "sqlite:$work/data/aviary.db" postgresql:///moved true)"
        "$(move sqlite-to-postgres "sqlite:$work/data/aviary.db" postgresql:///moved false)"
        "psql -qX -d copied -v ON_ERROR_STOP=1 -f '$work/copy.sql'"
        "psql -qX -d copied -v ON_ERROR_STOP=1 -f '$work/copy-analyze.sql'")
    if command -v pgloader >/dev/null; then
        names+=("pgloader")
        befores+=("$(fresh loaded)")
        commands+=("timeout -k 5 1800 pgloader '$work/pgloader.load' </dev/null")
    fi
    in_turns "$work/results-to-postgres"
    echo "SQLite to PostgreSQL ($rows rows, $(nproc) cores, $rounds runs)"
    python3 bench/summary.py rows "$work/results-to-postgres" "$rows"
}

to_sqlite() {
    bash -c "$(move postgres-to-sqlite postgresql:///model "sqlite:$work/model.db" false)" >/dev/null
    sqlite3 "$work/model.db" .schema | grep -v sqlite_stat >"$work/schema.sql"
    local fresh_target="rm -f '$work/target.db'"
    names=("roost" "roost, not verified" "C loop, one transaction")
    befores=("$fresh_target" "$fresh_target" "$fresh_target; sqlite3 '$work/target.db' <'$work/schema.sql'")
    commands=("$(move postgres-to-sqlite postgresql:///model "sqlite:$work/target.db" true)"
        "$(move postgres-to-sqlite postgresql:///model "sqlite:$work/target.db" false)"
        "'$copier' '$work/model.db' '$work/target.db'")
    in_turns "$work/results-to-sqlite"
    echo
    echo "PostgreSQL to SQLite"
    python3 bench/summary.py rows "$work/results-to-sqlite" "$rows"
}

export -f in_turns measure move fresh prepare_copy to_postgres to_sqlite
export work rounds rows program copier
scripts/with-postgres.sh --socket-only --durable bash -euo pipefail -c 'to_postgres; to_sqlite'
