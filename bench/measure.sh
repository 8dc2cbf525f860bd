# For the benchmarks: sourced by them, not run.

# measure RESULTS NAME COMMAND: runs a shell command and adds "NAME<tab>seconds<tab>peak KiB" to the file RESULTS. The peak
# is that of the largest process among those that the command starts. Ends the benchmark when the command fails.
measure() {
    local results=$1 name=$2 command=$3 figures
    sync # what was written before is not this command's to write
    figures=$(mktemp "$work/figures.XXXXXX")
    if ! /usr/bin/time -q -f '%e\t%M' -o "$figures" bash -o pipefail -c "$command" >"$work/output" 2>&1; then
        echo "benchmark: '$name' failed: $command" >&2
        cat "$work/output" >&2
        exit 1
    fi
    printf '%s\t%s\n' "$name" "$(tail -n 1 "$figures")" >>"$results"
    rm -f "$figures"
}

# in_turns RESULTS: measures every job of the arrays names, befores (not timed) and commands, $rounds times after one that
# only warms up.
in_turns() {
    local round i results
    for ((round = 0; round <= rounds; ++round)); do
        for i in "${!names[@]}"; do
            bash -c "${befores[i]}" >/dev/null 2>&1
            results=$1
            [ $round -gt 0 ] || results=/dev/null
            measure "$results" "${names[i]}" "${commands[i]}"
        done
    done
}

# build_release: the program, its plugins and the data generator, up to date.
build_release() {
    cmake --preset release --log-level=WARNING >/dev/null
    cmake --build --preset release --target core/all plugins/all bench/all >"$work/build.log" || { cat "$work/build.log" >&2; exit 1; }
}
