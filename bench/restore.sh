#!/usr/bin/env bash
# Measures restores beside the tools that do the same work, on the same data and in turns.
#
#   bench/restore.sh                       1 GiB of files and 1,000,000 rows
#   bench/restore.sh --scale 10            also the peak memory at ten times the data
#   bench/restore.sh --dir /mnt/disk       works there (needs 8 GB)
#
#   --rounds N        runs of each job that count, after one that doesn't (5)
#   --rows N, --files-bytes SIZE, --users N    other data
#   --no-postgres     leaves PostgreSQL out
#   --keep            leaves the data and the last outputs where they are
#
# What the figures mean: bench/README.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

. "$here/arguments.sh"
. bench/measure.sh
export TMPDIR=$work ROOST_STATE_DIR=$work/state
scripts/install-deps.sh --tests
build_release
program=$PWD/build/release/bin/roost
generator=$PWD/build/release/bin/roost-bench-data
copier=$PWD/build/release/bin/roost-bench-sqlite-copy

# The commands get nothing from the environment but what is said here.
part() { printf '%q ' "$program" run "bench/$1-part.yaml" --progress none --log-level error --yes "${@:2}"; }
backup() { bash -c "$(part backup --set role="$1" --set from="$2" --set out="$3")" >/dev/null; }
restore() { part restore --set role="$1" --set archive="$2" --set to="$3"; }

"$generator" --out "$work/data" --rows "$rows" --files-bytes "$bytes" --users "$users"
"$program" run pipelines/full-backup.yaml --progress none --log-level error --set DATA_DIR="$work/data" \
    --set DATABASE_URL= --set DB_TYPE=sqlite --set out="$work/full.tar.gz" >/dev/null
backup storage "file:$work/data/users" "$work/files.tar.gz"
backup database "sqlite:$work/data/aviary.db" "$work/rows.tar.gz"

echo "Reading a full backup of $(stat -c %s "$work/full.tar.gz") bytes ($(nproc) cores, $rounds runs)"
names=("roost verify" "gzip -t" "roost inspect")
befores=(true true true)
commands=("$program verify '$work/full.tar.gz'" "gzip -t '$work/full.tar.gz'" "$program inspect '$work/full.tar.gz'")
in_turns "$work/results-reading"
python3 bench/summary.py peak "$work/results-reading"

echo
echo "Restoring files ($bytes), both on the disk at the end"
names=("roost" "tar xzf; sync")
befores=("rm -rf '$work/users'" "rm -rf '$work/tar'; mkdir '$work/tar'")
commands=("$(restore storage "$work/files.tar.gz" "file:$work/users")"
    "tar -C '$work/tar' -xzf '$work/files.tar.gz' && sync -f '$work/tar'")
in_turns "$work/results-files"
python3 bench/summary.py peak "$work/results-files"
rm -rf "$work/users" "$work/tar"

echo
echo "Restoring rows into SQLite's own tables and indexes ($rows rows)"
sqlite3 "$work/data/aviary.db" .schema >"$work/schema.sql"
fresh="rm -f '$work/target.db'; sqlite3 '$work/target.db' <'$work/schema.sql'"
names=("roost" "C loop, one transaction" "roost, tables made")
befores=("$fresh" "$fresh" "rm -f '$work/made.db'")
commands=("$(restore database "$work/rows.tar.gz" "sqlite:$work/target.db")"
    "'$copier' '$work/data/aviary.db' '$work/target.db'"
    "$(restore database "$work/rows.tar.gz" "sqlite:$work/made.db")")
in_turns "$work/results-sqlite"
python3 bench/summary.py rows "$work/results-sqlite" "$rows"

if [ $postgres = yes ]; then
    chmod 755 "$work" # the server's account has to reach its socket below TMPDIR
    "$generator" --rows "$rows" --files-bytes "$bytes" --users "$users" --postgres-sql "$work/aviary-pg.sql"
    export -f in_turns measure part restore backup
    export work rounds rows program
    echo
    echo "Restoring rows into PostgreSQL's own tables and indexes ($rows rows)"
    scripts/with-postgres.sh --socket-only bash -c '
        set -euo pipefail
        psql -qX -v ON_ERROR_STOP=1 -f "$work/aviary-pg.sql"
        psql -qX -c "VACUUM ANALYZE"
        backup database "postgresql:///$PGDATABASE" "$work/rows-pg.tar.gz"
        # Parents before children, as their foreign keys want it.
        tables="users system_settings api_keys user_sessions documents user_folders_cache login_attempts backup_jobs restore_uploads restore_extraction_jobs"
        for table in $tables; do psql -qX -c "\copy $table to $work/$table.copy with (format binary)"; done
        psql -qXc "TRUNCATE $(echo $tables | sed "s/ /, /g")" -c CHECKPOINT
        copy="psql -qX -v ON_ERROR_STOP=1 -c BEGIN"
        for table in $tables; do copy+=" -c \"\\copy $table from $work/$table.copy with (format binary)\""; done
        names=("roost" "COPY FROM, binary files")
        clear="psql -qX -c \"TRUNCATE $(echo $tables | sed "s/ /, /g")\" -c CHECKPOINT"
        befores=("$clear" "$clear")
        commands=("$(restore database "$work/rows-pg.tar.gz" "postgresql:///$PGDATABASE")" "$copy -c COMMIT")
        in_turns "$work/results-postgres"
        python3 bench/summary.py rows "$work/results-postgres" "$rows"
    '
    rm -f "$work/aviary-pg.sql" "$work"/*.copy
fi

if [ "$scale" -gt 1 ]; then
    rm -rf -- "$work/data" "$work"/*.tar.gz "$work"/*.db
    "$generator" --out "$work/data" --rows $((rows * scale)) --users $((users * scale)) \
        --files-bytes $(($(numfmt --from=auto "${bytes%B}") * scale))
    "$program" run pipelines/full-backup.yaml --progress none --log-level error --set DATA_DIR="$work/data" \
        --set DATABASE_URL= --set DB_TYPE=sqlite --set out="$work/full.tar.gz" >/dev/null
    rm -rf -- "$work/data"
    mkdir "$work/server"
    measure "$work/results-scaled" "roost, $scale times" "$(printf '%q ' "$program" run pipelines/restore.yaml --progress none \
        --log-level error --set archive="$work/full.tar.gz" --set DATA_DIR="$work/server" --set DATABASE_URL= --set DB_TYPE=sqlite)"
    echo
    echo "Memory of a full restore at $scale times the data"
    python3 bench/summary.py peak "$work/results-scaled"
fi
