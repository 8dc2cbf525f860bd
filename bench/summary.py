#!/usr/bin/env python3
"""Prints the medians of the benchmarks' results.

summary.py table RESULTS SIZES   a table of all jobs beside the first one
summary.py rows RESULTS ROWS     rows per second of each job
summary.py peak RESULTS          the largest peak memory of each job

RESULTS has a line "name<tab>seconds<tab>peak KiB" for each run, SIZES a line "name<tab>bytes" for each job.
"""
import statistics
import sys


def read_runs(path):
    runs = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            name, seconds, peak = line.rstrip("\n").split("\t")
            runs.setdefault(name, []).append((float(seconds), int(peak)))
    return runs


def read_sizes(path):
    with open(path, encoding="utf-8") as lines:
        pairs = (line.rstrip("\n").split("\t") for line in lines)
        return {name: int(size) for name, size in pairs}


def print_table(runs, sizes):
    first = statistics.median(seconds for seconds, _ in next(iter(runs.values())))
    print(f"{'':24}{'median s':>9}{'min':>8}{'max':>8}{'ratio':>8}{'MB':>9}{'peak MiB':>10}")
    for name, figures in runs.items():
        seconds = [figure[0] for figure in figures]
        median = statistics.median(seconds)
        peak = max(figure[1] for figure in figures) / 1024
        print(
            f"{name:24}{median:9.2f}{min(seconds):8.2f}{max(seconds):8.2f}{median / first:8.2f}"
            f"{sizes[name] / 1e6:9.1f}{peak:10.1f}"
        )


def print_rows(runs, rows):
    for name, figures in runs.items():
        seconds = [figure[0] for figure in figures]
        median = statistics.median(seconds)
        peak = max(figure[1] for figure in figures) / 1024
        print(
            f"{name:24}{rows / median:12,.0f} rows/s   (median {median:.2f} s, {min(seconds):.2f} to "
            f"{max(seconds):.2f}; peak {peak:.1f} MiB)"
        )


def print_peak(runs):
    for name, figures in runs.items():
        seconds = statistics.median(figure[0] for figure in figures)
        peak = max(figure[1] for figure in figures) / 1024
        print(f"{name:24}peak {peak:.1f} MiB in {seconds:.1f} s")


def main(arguments):
    what, results, *rest = arguments
    runs = read_runs(results)
    if what == "table":
        print_table(runs, read_sizes(rest[0]))
    elif what == "rows":
        print_rows(runs, int(rest[0]))
    else:
        print_peak(runs)


if __name__ == "__main__":
    main(sys.argv[1:])
