# SPDX-License-Identifier: MIT
"""plots.py - the pictures, drawn by gnuplot from the lines of results.csv."""

import shutil
import subprocess

import rows

COLOURS = {"weft": "#c0392b", "weft-musl": "#e67e22", "weft-glibc": "#f1c40f",
           "glibc-static": "#2c3e50", "glibc-dynamic": "#7f8c8d",
           "musl-static": "#2980b9", "nsync": "#16a085", "floor": "#bbbbbb"}


def _value(lines, row, library, cpus):
    for line in lines:
        if (line.row, line.library, line.cpus) == (row, library, cpus):
            return line.median
    return None


def _draw(path, size, commands):
    """Whether there is a picture now."""
    if not commands or shutil.which("gnuplot") is None:
        return False
    head = (f"set terminal svg size {size} font 'sans,12' background '#ffffff'"
            f"\nset output '{path}'\nset encoding utf8\nset grid ytics\n"
            "set key noenhanced\n")
    subprocess.run(["gnuplot"], input=(head + commands).encode(), check=True)
    return True


def _block(name, table):
    """A table as gnuplot's inline data; - where there is nothing."""
    text = "\n".join(" ".join("-" if cell is None else str(cell)
                              for cell in line) for line in table)
    return f"${name} << EOD\n{text}\nEOD\nset datafile missing '-'\n"


def _libraries(lines, names):
    present = {line.library for line in lines if line.row in names}
    return [library for library in rows.LIBRARIES if library in present]


def _bars(lines, names, cpus, title, base):
    """Groups of bars, one for each row: ratios to base, or values."""
    libraries = [library for library in _libraries(lines, names)
                 if library != base]
    table = []
    for name in names:
        unit = _value(lines, name, base, cpus) if base else 1
        values = [_value(lines, name, library, cpus) for library in libraries]
        if unit:
            table.append([name] + [value / unit if value else None
                                   for value in values])
    if not table or not libraries:
        return ""
    plots = ", ".join(
        f"$data using {i + 2}:xtic(1) title '{library}' "
        f"linecolor rgb '{COLOURS[library]}'"
        for i, library in enumerate(libraries))
    line = "set arrow from graph 0,first 1 to graph 1,first 1 nohead front " \
        f"linecolor rgb '{COLOURS['weft']}' linewidth 2\n" if base else ""
    return (_block("data", table) + f"set title \"{title}\" noenhanced\n"
            "set style data histogram\nset style histogram clustered gap 1\n"
            "set style fill solid 0.9 noborder\n"
            "set xtics rotate by -40 noenhanced\n" + line +
            ("set logscale y 2\n" if base else "set yrange [0:*]\n") +
            f"plot {plots}\n")


def _curves(lines, points, cpus, title, x_name, y_name, scale=1.0,
            logarithmic=False):
    """points: [(x, row name)]"""
    libraries = _libraries(lines, [name for _, name in points])
    table = []
    for x, name in points:
        values = [_value(lines, name, library, cpus) for library in libraries]
        table.append([x] + [value / scale if value else None
                            for value in values])
    if not libraries:
        return ""
    plots = ", ".join(
        f"$data using 1:{i + 2} with linespoints title '{library}' "
        f"linewidth 2 linecolor rgb '{COLOURS[library]}'"
        for i, library in enumerate(libraries))
    return (_block("data", table) + f"set title \"{title}\" noenhanced\n"
            f"set xlabel '{x_name}'\nset ylabel '{y_name}'\n"
            + ("set logscale x 10\n" if logarithmic else
               "set xtics 2\nset xrange [1:9]\n") +
            "set yrange [0:*]\nset key outside\n"
            f"plot {plots}\n")


def draw(output, lines):
    """Draws what the lines suffice for. [(file name, title)]"""
    timed = [row.name for row in rows.ROWS
             if row.kind in ("time", "program") and
             not row.name.startswith(("alive", "contend"))]
    alive = [(n, f"alive_{n}") for n in (10, 100, 1000, 5000, 10000, 20000)]
    plots = [
        ("ratios", "1100,520", "Time over Weft's, one CPU (over the line: "
         "slower than Weft)",
         lambda title: _bars(lines, timed, "pinned", title, "weft")),
        ("ratios_free", "1100,520", "Time over Weft's, all CPUs",
         lambda title: _bars(lines, timed, "free", title, "weft")),
        ("alive", "800,400", "Time per thread, create to join, N alive at once",
         lambda title: _curves(lines, alive, "free", title, "threads",
                               "microseconds", 1000, True)),
        ("memory", "800,400", "Resident memory per sleeping thread",
         lambda title: _curves(
             lines, [(n, name + "_memory") for n, name in alive], "free",
             title, "threads", "bytes", 1, True)),
        ("size", "800,400", "Size of a static program with four threads",
         lambda title: _bars([line for line in lines
                              if "glibc" not in line.library],
                             ["size_hello", "size_fwsum"], "free",
                             title + " (bytes; glibc: 700 KiB more)", None)),
    ] + [
        (f"contend_{length}", "800,400",
         f"One mutex, {length} critical sections: time per acquisition",
         lambda title, length=length: _curves(
             lines, [(n, f"contend_{length}_{n}") for n in (2, 4, 8)],
             "free", title, "threads", "nanoseconds"))
        for length in ("short", "long")]
    drawn = []
    for name, size, title, commands in plots:
        if _draw(output / f"{name}.svg", size, commands(title)):
            drawn.append((f"{name}.svg", title))
    return drawn
