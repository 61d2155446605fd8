# SPDX-License-Identifier: MIT
"""complete.py RESULTS PROGRAMS [EMULATOR] - is everything there?

Fails, and says what is missing, unless results.csv has its columns, and a line
for every row of every library that was built; for the rows a library cannot
have, see LACKS.
"""

import csv
import os
import sys

import rows
import tables

LACKS = {
    "glibc-dynamic": ("fwsum", "size_"),
    "floor": ("fwsum", "size_", "cancel_"),
    "nsync": ("fwsum", "size_", "cancel_", "calls_", "create_", "alive_",
              "sem_", "barrier_", "key_", "self", "mutex_recursive",
              "mutex_errorcheck", "mutex_robust", "mutex_pi"),
}


def problems(results, programs, emulated):
    with open(results, encoding="utf-8") as file:
        reader = csv.DictReader(file)
        lines = {(line["row"], line["library"], line["cpus"]): line
                 for line in reader}
        if tuple(reader.fieldnames) != tables.COLUMNS:
            yield f"columns: {reader.fieldnames}"
    libraries = os.listdir(programs)
    for library in ("weft", "glibc-static", "floor"):
        if library not in libraries:
            yield f"{library} was not built"
    for row in rows.ROWS:
        if emulated and row.kind not in ("count", "size"):
            continue
        for library in libraries:
            for cpus in row.cpus:
                line = lines.pop((row.name, library, cpus), None)
                lacks = row.name.startswith(LACKS.get(library, ()))
                if (line is None) != lacks:
                    yield f"{row.name}, {library}, {cpus}: {line}"
                elif line is not None and not good(line):
                    yield str(line)
    yield from map(str, lines)


def good(line):
    in_order = float(line["min"]) <= float(line["median"]) <= \
        float(line["p99"])
    judged = line["verdict"] in ("ahead", "tied", "behind")
    return in_order and line["better"] == "lower" and \
        judged == (line["library"] in rows.WEFT) and \
        (line["library"] != "weft" or line["ratio_to_weft"] in ("1", ""))


if __name__ == "__main__":
    found = list(problems(sys.argv[1], sys.argv[2], len(sys.argv) > 3))
    sys.exit("\n".join(found) or 0)
