#!/usr/bin/env bash
# Shows a full backup and its restore from nothing: installs what is missing, builds roost, makes the data of a small
# server like Aviary (20,000 rows, 50 MiB of files), backs it up with pipelines/full-backup.yaml, looks into the archive,
# and brings it back with pipelines/restore.yaml.
#
#   scripts/demo.sh
#
# Everything lies in build/ afterwards: the program in build/release/bin, the data and the archive in build/demo,
# which each run makes anew. The first run takes some minutes, most of them to build.
set -euo pipefail

case "${1:-}" in
-h | --help)
    sed -n '2,9s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
?*)
    echo "demo.sh: takes no arguments; see --help" >&2
    exit 2
    ;;
esac

cd "$(dirname "$0")/.."
release=build/release
demo=build/demo
archive=$demo/backup.tar.gz

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || say() { printf '\n%s\n' "$*"; }
show() {
    printf '$ %s\n' "$*"
    "$@"
}

say "1. What building takes"
scripts/install-deps.sh
echo "installed"

say "2. Build"
cmake --preset release --log-level=NOTICE
# All but the tests: what CMake's Ninja files call the folders' own targets.
cmake --build --preset release --target core/all plugins/all bench/all

say "3. A server's data"
rm -rf "$demo"
mkdir -p "$demo"
show $release/bin/roost-bench-data --out $demo/data --rows 20000 --users 12 --files-bytes 50MiB
du -sh $demo/data/*

# The demo's own data, whatever database the environment speaks of.
here=(--set DATA_DIR="$demo/data" --set DATABASE_URL= --set DB_TYPE=sqlite --set out="$archive")

say "4. What would be backed up"
show $release/bin/roost run pipelines/full-backup.yaml "${here[@]}" --dry-run

say "5. The backup"
show $release/bin/roost run pipelines/full-backup.yaml "${here[@]}"
ls -l $archive

say "6. What roost sees in it"
show $release/bin/roost inspect $archive

say "7. What everyone else sees in it"
printf '$ %s\n' "tar tzf $archive | head -n 16"
tar tzf $archive | sed -n 1,16p
mkdir $demo/unpacked
show tar xzf $archive -C $demo/unpacked
printf '$ %s\n' "(cd $demo/unpacked && sha256sum --quiet -c checksums.sha256)"
(cd $demo/unpacked && sha256sum --quiet -c checksums.sha256 && echo "$(wc -l <checksums.sha256) files are as they were")

say "8. The day that the disk died"
mkdir $demo/server
there=(--set DATA_DIR="$demo/server" --set DATABASE_URL= --set DB_TYPE=sqlite --set archive="$archive")
export ROOST_STATE_DIR=$PWD/$demo/state
show $release/bin/roost verify $archive | tail -n 1
show $release/bin/roost run pipelines/restore.yaml "${there[@]}"
diff -r $demo/data/users $demo/server/users && echo "the users' files are the same"
for folder in data server; do sqlite3 $demo/$folder/aviary.db .dump | sort | sha256sum; done | uniq | wc -l |
    sed 's/^1$/the database is the same in every row/; s/^2$/THE DATABASES DIFFER/'

say "It lies here"
printf '%-12s %s\n' program "$PWD/$release/bin/roost" pipeline "$PWD/pipelines/full-backup.yaml" \
    data "$PWD/$demo/data" archive "$PWD/$archive" unpacked "$PWD/$demo/unpacked"
