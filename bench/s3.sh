#!/usr/bin/env bash
# Measures copies of files into an S3 server on loopback beside rclone, on the same data and in turns.
#
#   bench/s3.sh                            1 GiB in one file, and 100,000 files of 8 KiB
#   bench/s3.sh --scale 10                 one file of 10 GiB
#   bench/s3.sh --dir /mnt/disk            works there (needs 30 GB; with --scale 10, 60 GB)
#
#   --rounds N        runs of each job that count, after one that doesn't (5)
#   --users N         folders that the small files lie in (50)
#   --keep            leaves the data where it is
#
# rclone gets the best of what its options offer: no checks of what is there, no checksums of its own, the number of
# transfers and the kind of upload that were fastest. The server is scripts/with-s3.sh's. What the figures mean: bench/README.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

if [ -z "${ROOST_TEST_S3_FOLDER:-}" ]; then
    case " $* " in *" -h "* | *" --help "*) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0" && exit 0 ;; esac
    for ((i = 1; i < $#; ++i)); do # the server's folder has to lie where there is room
        if [ "${!i}" = --dir ]; then
            next=$((i + 1))
            export TMPDIR=${!next}
        fi
    done
    export TMPDIR=${TMPDIR:-/var/tmp}
    exec "$here/../scripts/with-s3.sh" "$0" "$@"
fi
. "$here/arguments.sh"
. bench/measure.sh
export TMPDIR=$work ROOST_STATE_DIR=$work/state
scripts/install-deps.sh --tests
build_release
program=$PWD/build/release/bin/roost
export RCLONE_CONFIG=$work/rclone.conf
cat >"$RCLONE_CONFIG" <<CONF
[server]
type = s3
provider = Other
endpoint = $S3_ENDPOINT
region = $S3_REGION
access_key_id = $S3_ACCESS_KEY_ID
secret_access_key = $S3_SECRET_ACCESS_KEY
CONF
buckets=$ROOST_TEST_S3_FOLDER
empty="rm -rf '$buckets'/* && mkdir '$buckets/roost' '$buckets/rclone'"
# Many small files go aside and are removed at the end: for minutes ext4 passes over each inode that was just freed
# (recently_deleted() in its ialloc.c), which would cost whoever comes next seconds.
mkdir "$work/written"
aside="cd \$(mktemp -d '$work/written/XXXXXX')"
fresh="$aside && mv '$buckets'/* . ; mkdir '$buckets/roost' '$buckets/rclone'"
roost() { printf '%q ' "$program" run bench/s3-copy.yaml --progress none --log-level error --yes --set from="$1" --set to="$2"; }
peer() { printf '%q ' rclone copy "$1" server:rclone/users --s3-no-head --s3-no-check-bucket --no-check-dest --no-traverse --ignore-checksum --s3-disable-checksum "${@:2}"; }

echo "One file of $scale GiB into the server ($(nproc) cores, $rounds runs)"
mkdir -p "$work/large/user/pdfs"
openssl enc -aes-128-ctr -pass pass:roost -nosalt -pbkdf2 </dev/zero 2>/dev/null | head -c $((scale << 30)) >"$work/large/user/pdfs/large.pdf" || true
names=("roost" "rclone, parts")
befores=("$empty" "$empty")
commands=("$(roost "file:$work/large" s3://roost/users)" "$(peer "$work/large" --s3-chunk-size 16M --s3-upload-concurrency 4)")
if [ "$scale" -le 4 ]; then # S3 takes 5 GiB in one request
    names+=("rclone, one request") befores+=("$empty")
    commands+=("$(peer "$work/large" --s3-upload-cutoff 5G)")
fi
in_turns "$work/results-large"
python3 bench/summary.py peak "$work/results-large"
rm -rf "$work/large"
eval "$empty"

files=100000
echo
echo "$files files of 8 KiB into the server"
python3 - "$work/small" "$users" $files <<'MAKE'
import os, sys
folder, users, files = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for user in range(users):
    os.makedirs(f"{folder}/user-{user}/pdfs")
for i in range(files):
    with open(f"{folder}/user-{i % users}/pdfs/{i}.pdf", "wb") as file:
        file.write(os.urandom(8192))
MAKE
names=("roost" "rclone, 16 at a time" "rclone, 32 at a time")
befores=("$fresh" "$fresh" "$fresh")
commands=("$(roost "file:$work/small" s3://roost/users)" "$(peer "$work/small" --transfers 16)" "$(peer "$work/small" --transfers 32)")
in_turns "$work/results-small"
python3 bench/summary.py peak "$work/results-small"

echo
echo "The same from the server into a folder"
bash -c "$fresh"
bash -c "$(roost "file:$work/small" s3://roost/users)" >/dev/null
names=("roost" "rclone, 32 at a time")
befores=("$aside && mv '$work/back' . ; mkdir '$work/back'" "$aside && mv '$work/back' . ; mkdir '$work/back'")
commands=("$(roost s3://roost/users "file:$work/back")" "rclone copy server:roost/users '$work/back' --transfers 32 --no-traverse --no-check-dest --ignore-checksum --fast-list")
in_turns "$work/results-back"
python3 bench/summary.py peak "$work/results-back"
