# SPDX-License-Identifier: MIT
"""tables.py - from measured values to lines, verdicts and tables."""

import csv
import math
from statistics import median
from typing import NamedTuple, Optional

import rows

COLUMNS = ("row", "library", "cpus", "unit", "better", "median", "min", "p99",
           "ratio_to_weft", "ratio_to_floor", "verdict")


class Line(NamedTuple):
    row: str
    library: str
    cpus: str
    unit: str
    better: str
    median: float
    min: float
    p99: float
    ratio_to_weft: Optional[float]
    ratio_to_floor: Optional[float]
    verdict: str


def p99(values):
    """The smallest value that 99 of 100 do not exceed."""
    ordered = sorted(values)
    return ordered[math.ceil(len(ordered) * 0.99) - 1]


def interval(ratios):
    """Where the median ratio lies, with a confidence of 95 % or more.

    From six rounds on: order statistics, which assume no distribution. With
    fewer rounds: the whole range, and as much again on each side.
    """
    ordered = sorted(ratios)
    n = len(ordered)
    if n < 6:
        width = ordered[-1] - ordered[0] if n > 1 else math.inf
        return ordered[0] - width, ordered[-1] + width
    skipped, outside = 0, 2 / 2 ** n  # the chance that the median is outside
    while outside + 2 * math.comb(n, skipped + 1) / 2 ** n <= 0.05:
        skipped += 1
        outside += 2 * math.comb(n, skipped) / 2 ** n
    return ordered[skipped], ordered[-1 - skipped]


def verdict(row, mine, best):
    """Both are rounds of batches; those of one round belong together."""
    if row.kind in ("count", "size"):
        a, b = mine[0][0], best[0][0]
        return "tied" if a == b else "ahead" if a < b else "behind"
    low, high = interval([median(a) / median(b) for a, b in zip(mine, best)
                          if median(b) > 0] or [1])
    return "ahead" if high < 1 else "behind" if low > 1 else "tied"


def ratio(value, base):
    return value / base if base else None


def lines_of(row, cpus, results):
    of = {library: results[row.name, library, cpus]
          for library in rows.LIBRARIES if (row.name, library, cpus) in results}
    values = {library: [value for batches in rounds for value in batches]
              for library, rounds in of.items()}
    middle = {library: median(all_) for library, all_ in values.items()}
    peers = [library for library in rows.PEERS if library in of]
    best = min(peers, key=middle.get) if peers else None
    for library, all_ in values.items():
        yield Line(row.name, library, cpus, row.unit, "lower",
                   middle[library], min(all_), p99(all_),
                   ratio(middle[library], middle.get("weft")),
                   ratio(middle[library], middle.get("floor")),
                   verdict(row, of[library], of[best])
                   if best and library in rows.WEFT else "")


def all_lines(results):
    return [line for row in rows.ROWS for cpus in row.cpus
            for line in lines_of(row, cpus, results)]


def number(value):
    """With three digits or so: more would pretend."""
    if value is None:
        return ""
    if value == int(value) or value >= 1000:
        return str(round(value))
    return f"{value:.1f}" if value >= 100 else f"{value:.2f}"


def write_csv(path, lines):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for line in lines:
            writer.writerow([f"{field:.4g}" if name.startswith("ratio") and
                             field is not None else
                             f"{field:.2f}".removesuffix(".00")
                             if isinstance(field, float) else
                             field for name, field in zip(COLUMNS, line)])


def grouped(lines):
    """[(row name, cpus, {library: line})] in order."""
    groups = {}
    for line in lines:
        groups.setdefault((line.row, line.cpus), {})[line.library] = line
    return [(row, cpus, of) for (row, cpus), of in groups.items()]


def best_peer(of):
    peers = [of[library] for library in rows.PEERS if library in of]
    return min(peers, key=lambda line: line.median) if peers else None


def table(lines):
    """(heads, lists of cells): one line for each row and cpus."""
    present = [library for library in rows.LIBRARIES
               if any(line.library == library for line in lines)]
    heads = ["row", "cpus", "unit", *present, "to peer", "to floor",
             "verdict"]
    body = []
    for name, cpus, of in grouped(lines):
        mine, best = of.get("weft"), best_peer(of)
        body.append([name, cpus, rows.BY_NAME[name].unit,
                     *[number(of[library].median) if library in of else ""
                       for library in present],
                     number(ratio(mine.median, best.median))
                     if mine and best else "",
                     number(mine.ratio_to_floor) if mine else "",
                     mine.verdict if mine else ""])
    return heads, body


def _short(of):
    """Weft, its best peer and what that says, for one choice of CPUs."""
    mine, best = of.get("weft"), best_peer(of)
    if not mine or not best:
        return ["", "", ""]
    return [number(mine.median), f"{number(best.median)} ({best.library})",
            mine.verdict]


def write_markdown(path, lines):
    """For README: one line for each row."""
    of = {(row, cpus): libraries for row, cpus, libraries in grouped(lines)}
    with open(path, "w", encoding="utf-8") as file:
        print("| row | unit | one CPU: Weft | best peer | | all CPUs: Weft |"
              " best peer | |\n|---|---|---|---|---|---|---|---|", file=file)
        for row in rows.ROWS:
            cells = [cell for cpus in ("pinned", "free")
                     for cell in _short(of.get((row.name, cpus), {}))]
            if any(cells):
                print("| " + " | ".join([row.name, row.unit, *cells]) + " |",
                      file=file)


def print_table(lines):
    heads, body = table(lines)
    widths = [max(len(line[i]) for line in [heads, *body])
              for i in range(len(heads))]
    for line in [heads, *body]:
        print("  ".join(cell.ljust(width) if i < 3 else cell.rjust(width)
                        for i, (cell, width) in enumerate(zip(line, widths))))
