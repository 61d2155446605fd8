# SPDX-License-Identifier: MIT
"""run.py PROGRAMS OUTPUT [EMULATOR] - measures, and writes what came out.

PROGRAMS holds a directory for each library; OUTPUT receives results.csv, plots
and report.html. From the environment: BENCH, part of a row's name, narrows it to
those rows; ROUNDS, how many rounds. make bench calls it; README.md tells more.
"""

import os
import sys
from pathlib import Path

import measure
import report
import rows
import tables

ROUNDS = 10


def make_files(directory):
    """The files that fwsum reads: 24, large and small, 8 MiB together."""
    directory.mkdir(parents=True, exist_ok=True)
    names = []
    for i in range(24):
        path = directory / f"file{i:02}"
        size = (1 << 20) if i < 6 else 116508
        if not path.exists() or path.stat().st_size != size:
            path.write_bytes(bytes((i + j * j) % 251 for j in range(4096))
                             * (size // 4096 + 1))
            os.truncate(path, size)
        names.append(str(path))
    return ["-j", "2", *names]


def main():
    programs, output = sys.argv[1], Path(sys.argv[2])
    emulator = sys.argv[3] if len(sys.argv) > 3 else ""
    part = os.environ.get("BENCH", "")
    rounds = int(os.environ.get("ROUNDS") or ROUNDS)
    chosen = rows.chosen(part)
    if not chosen or rounds < 1:
        sys.exit(f"no row has '{part}' in its name; there are:\n  " +
                 "\n  ".join(row.name for row in rows.ROWS))
    machine = measure.Machine(programs, emulator)
    for library in rows.LIBRARIES:
        if library not in machine.libraries:
            print(f"skipped: {library} (not built here)")
    results = measure.measure(machine, chosen, rounds,
                              make_files(output / "files"))
    lines = tables.all_lines(results)
    output.mkdir(parents=True, exist_ok=True)
    tables.write_csv(output / "results.csv", lines)
    tables.write_markdown(output / "table.md", lines)
    tables.print_table(lines)
    report.write(output, lines, rounds)
    print(f"\nwritten: {output}/results.csv, {output}/report.html")


if __name__ == "__main__":
    main()
