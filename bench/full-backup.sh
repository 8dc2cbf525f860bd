#!/usr/bin/env bash
# Measures the full backup beside what people use instead, on the same data and in turns.
#
#   bench/full-backup.sh                       1 GiB of files and 1,000,000 rows
#   bench/full-backup.sh --scale 10            also the peak memory at ten times the data
#   bench/full-backup.sh --dir /mnt/disk       works there (needs 8 GB, and 27 GB more for --scale 10)
#
#   --rounds N        runs of each job that count, after one that doesn't (5)
#   --rows N, --files-bytes SIZE, --users N    other data
#   --no-postgres     leaves PostgreSQL out
#   --keep            leaves the data and the last outputs where they are
#
# What the figures mean: bench/README.md.
set -euo pipefail
# At once, because the argument may be a relative path and the work goes on elsewhere.
here=$(cd "$(dirname "$0")" && pwd)

. "$here/arguments.sh"
. bench/measure.sh
export TMPDIR=$work # roost's temporary files belong on the same disk
scripts/install-deps.sh --tests
build_release
program=$PWD/build/release/bin/roost
generator=$PWD/build/release/bin/roost-bench-data

backup() { # backup DATA OUT: the command, with nothing left to the environment
    printf '%q ' "$program" run pipelines/full-backup.yaml --progress none --log-level error \
        --set DATA_DIR="$1" --set DATABASE_URL= --set DB_TYPE=sqlite --set out="$2"
}

"$generator" --out "$work/data" --rows "$rows" --files-bytes "$bytes" --users "$users"
data_bytes=$(du -sb "$work/data" | cut -f1)

names=("roost" "tar | zstd -T2" "tar | pigz -6 -p2" "tar | gzip -6" "cp -r")
outputs=(roost.tar.gz tar.zst pigz.tar.gz gzip.tar.gz copy)
commands=(
    "$(backup "$work/data" "$work/roost.tar.gz")"
    "tar -C '$work/data' -cf - . | zstd -q -T2 >'$work/tar.zst' && sync '$work/tar.zst'"
    "tar -C '$work/data' -cf - . | pigz -6 -p2 >'$work/pigz.tar.gz' && sync '$work/pigz.tar.gz'"
    "tar -C '$work/data' -cf - . | gzip -6 >'$work/gzip.tar.gz' && sync '$work/gzip.tar.gz'"
    "cp -r '$work/data' '$work/copy' && sync -f '$work/copy'"
)
for ((round = 0; round <= rounds; ++round)); do
    for i in "${!names[@]}"; do
        rm -rf -- "${work:?}/${outputs[i]}"
        results=$work/results
        [ $round -gt 0 ] || results=/dev/null # the first round only warms up
        measure "$results" "${names[i]}" "${commands[i]}"
    done
done
for i in "${!names[@]}"; do
    printf '%s\t%s\n' "${names[i]}" "$(du -sb "$work/${outputs[i]}" | cut -f1)" >>"$work/sizes"
done

echo
echo "Full backup of $data_bytes bytes: $bytes of files and $rows rows ($(nproc) cores, $rounds runs)"
python3 bench/summary.py table "$work/results" "$work/sizes"
ours=$(stat -c %s "$work/roost.tar.gz")
content=$(gunzip -c "$work/roost.tar.gz" | wc -c)
gzipped=$(gunzip -c "$work/roost.tar.gz" | gzip -6 | wc -c)
awk -v ours="$ours" -v content="$content" -v gzipped="$gzipped" -v data="$data_bytes" 'BEGIN {
    printf "the archive: %.1f MB, %.4f of what gzip -6 makes of the same tar (%.1f MB), %.3f of that tar, %.3f of the data folder\n",
        ours / 1e6, ours / gzipped, gzipped / 1e6, ours / content, ours / data }'
rm -rf -- "$work/copy" "$work"/*.tar.gz "$work/tar.zst"

echo
echo "Database alone, into an archive ($rows rows)"
bench/database-only.sh --work "$work" --rounds "$rounds" --rows "$rows" --name SQLite --url "sqlite:$work/data/aviary.db"
if [ $postgres = yes ]; then
    chmod 755 "$work" # the server's account has to reach its socket below TMPDIR
    "$generator" --rows "$rows" --files-bytes "$bytes" --users "$users" --postgres-sql "$work/aviary-pg.sql"
    scripts/with-postgres.sh --socket-only bash -c '
        set -e
        psql -qX -v ON_ERROR_STOP=1 -f "$1/aviary-pg.sql"
        psql -qX -c "VACUUM ANALYZE" -c CHECKPOINT
        bench/database-only.sh --work "$1" --rounds "$2" --rows "$3" --name PostgreSQL --url "postgresql:///$PGDATABASE"
    ' - "$work" "$rounds" "$rows"
    rm -f "$work/aviary-pg.sql"
fi

if [ "$scale" -gt 1 ]; then
    rm -rf -- "$work/data"
    "$generator" --out "$work/data" --rows $((rows * scale)) --users $((users * scale)) \
        --files-bytes $(($(numfmt --from=auto "${bytes%B}") * scale))
    measure "$work/results-scaled" "roost, $scale times" "$(backup "$work/data" "$work/roost.tar.gz")"
    echo
    echo "Memory at $scale times the data"
    python3 bench/summary.py peak <(grep -P '^roost\t' "$work/results")
    python3 bench/summary.py peak "$work/results-scaled"
fi
