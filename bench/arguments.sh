# For the benchmarks: sourced by them, not run. What they share of their command lines and their work folder.

# The comment at the script's head is its help.
usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; }
wrong() {
    echo "$(basename "$0"): $*; see --help" >&2
    exit 2
}

dir= scale=1 rounds=5 rows=${default_rows:-1000000} bytes=1GiB users=50 postgres=yes keep=no
while [ $# -gt 0 ]; do
    case $1 in
    --dir | --scale | --rounds | --rows | --files-bytes | --users)
        [ $# -ge 2 ] || wrong "$1 needs a value"
        case $1 in
        --dir) dir=$2 ;;
        --scale) scale=$2 ;;
        --rounds) rounds=$2 ;;
        --rows) rows=$2 ;;
        --files-bytes) bytes=$2 ;;
        --users) users=$2 ;;
        esac
        shift 2
        ;;
    --no-postgres) postgres=no && shift ;;
    --keep) keep=yes && shift ;;
    -h | --help) usage && exit 0 ;;
    *) wrong "unknown argument '$1'" ;;
    esac
done
for number in "$scale" "$rounds" "$rows" "$users"; do
    [[ $number =~ ^[1-9][0-9]*$ ]] || wrong "'$number' is not a number"
done

work=$(mktemp -d "${dir:-${TMPDIR:-/var/tmp}}/roost-bench.XXXXXX")
clean_up() {
    if [ $keep = yes ]; then echo "kept: $work"; else rm -rf -- "$work"; fi
}
trap clean_up EXIT
trap 'exit 130' INT TERM

cd "$here/.."
