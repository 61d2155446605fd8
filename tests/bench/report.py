# SPDX-License-Identifier: MIT
"""report.py - one page that holds everything: report.html."""

import html
import os
import re
import shutil
import subprocess
import time

import plots
import rows
import tables

STYLE = """
body { font: 15px/1.5 sans-serif; margin: 2em auto; max-width: 80em;
       padding: 0 1em }
table { border-collapse: collapse; font-size: 13px }
td, th { padding: 2px 8px; text-align: right; border-bottom: 1px solid #ddd }
td:first-child, th:first-child, td:nth-child(2), td:nth-child(3)
    { text-align: left }
.ahead { background: #dff0d8 } .behind { background: #f8d7da }
svg { max-width: 100%; height: auto }
"""


def _first_line(*command):
    if shutil.which(command[0]) is None:
        return "not here"
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    return done.stdout.decode(errors="replace").split("\n")[0]


def _package(name):
    if shutil.which("dpkg-query") is None:
        return "unknown"
    return _first_line("dpkg-query", "-W", "-f", "${Version}", name)


def _cpu():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"^model name\s*: (.*)$", file.read(), re.M)
    return found.group(1) if found else "unknown"


def facts(rounds):
    """[(what, value)] about the machine and the programs."""
    system = os.uname()
    compiler = os.environ.get("CC", "cc").split()[0]
    return [("date", time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())),
            ("machine", f"{system.machine}, {len(os.sched_getaffinity(0))} "
             f"CPUs, {_cpu()}"),
            ("kernel", f"{system.sysname} {system.release}"),
            ("compiler", _first_line(compiler, "--version")),
            ("glibc", _package("libc6-dev")), ("musl", _package("musl")),
            ("nsync", _package("libnsync-dev")), ("rounds", str(rounds)),
            ("load before", f"{os.getloadavg()[0]:.1f}")]


def _table(heads, body, mark):
    yield "<table><tr>" + "".join(f"<th>{html.escape(head)}</th>"
                                  for head in heads) + "</tr>"
    for line in body:
        kind = f' class="{line[-1]}"' if mark else ""
        yield f"<tr{kind}>" + "".join(f"<td>{html.escape(cell)}</td>"
                                      for cell in line) + "</tr>"
    yield "</table>"


def _page(output, lines, rounds):
    yield "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\">"
    yield f"<title>Weft, measured</title><style>{STYLE}</style>"
    yield "<h1>Weft, measured</h1>"
    yield from _table(["what", "value"], facts(rounds), False)
    yield ("<p>Medians; less is better everywhere. <i>to peer</i>: Weft over "
           "the best of glibc, musl and nsync. <i>to floor</i>: Weft over the "
           "cheapest sequence of atomics and system calls that does it without "
           "any library. Green: ahead of the best peer; red: behind; otherwise "
           "the spread of the rounds drowns the difference.</p>")
    yield from _table(*tables.table(lines), True)
    for name, title in plots.draw(output, lines):
        picture = (output / name).read_text(encoding="utf-8")
        yield f"<h2>{html.escape(title)}</h2>"
        yield picture[picture.index("<svg"):]
    yield "<h2>The rows</h2><table>"
    for row in rows.ROWS:
        yield (f"<tr><td>{row.name}</td><td>{row.unit}</td>"
               f"<td>{html.escape(row.what)}</td></tr>")
    yield "</table></html>"


def write(output, lines, rounds):
    text = "\n".join(_page(output, lines, rounds))
    (output / "report.html").write_text(text + "\n", encoding="utf-8")
