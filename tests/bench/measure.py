# SPDX-License-Identifier: MIT
"""measure.py - runs the measured programs, interleaved in rounds.

In a round each row is visited once, with one library right after the other and
in another order each time, so that whatever else the machine does hits all alike.
"""

import os
import re
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import rows

# Of a visit to a row. Quick is for a test that asks whether all of them work.
BATCHES, MICROSECONDS = (1, 0) if os.environ.get("QUICK") else (8, 1000)
COUNTED = (20, 120)  # operations; the difference is what is counted
LIMIT = 120                      # seconds after which a program hangs


class Machine:
    """The programs below a directory, and how they are started."""

    def __init__(self, directory, emulator):
        self.directory = Path(directory)
        self.emulator = emulator.split()
        self.libraries = [name for name in rows.LIBRARIES
                          if (self.directory / name / "bench").exists()]
        self.cpu = str(min(os.sched_getaffinity(0)))
        # Standard input: a pipe that nobody writes to (row cancel_blocked).
        self.silence, self._writer = os.pipe()
        self.rows_of = {name: self._run(name, "bench", "list").split()
                        for name in self.libraries}

    def _run(self, library, program, *arguments, before=(), **options):
        path = self.directory / library / program
        done = subprocess.run(
            [*before, *self.emulator, path, *arguments], stdin=self.silence,
            stdout=subprocess.PIPE, timeout=LIMIT, check=False, **options)
        if done.returncode != 0:
            sys.exit(f"{path} {' '.join(arguments)}: "
                     f"status {done.returncode}")
        return done.stdout.decode()

    def has(self, library, row):
        if row.kind in ("program", "size"):
            program = row.name.split("_")[-1]
            return (self.directory / library / program).exists()
        name = row.name.replace("calls_", "")
        if row.kind == "count":
            name = name.replace("create_join", "create_join_fresh")
        return rows.measured_with(row) in self.rows_of[library] or \
            name in self.rows_of[library]

    def visit(self, library, row, cpus):
        """One visit: {row name: [value of each batch]}."""
        values = defaultdict(list)
        output = self._run(library, "bench", row.name, cpus, str(BATCHES),
                           str(MICROSECONDS))
        for line in output.splitlines():
            name, amount, count = line.split()
            values[name].append(int(amount) / int(count))
        return values

    def run_program(self, library, row, cpus, arguments):
        """A whole program: {row name: [nanoseconds]}, and its output."""
        before = ["taskset", "-c", self.cpu] if cpus == "pinned" else []
        begin = time.perf_counter_ns()
        output = self._run(library, row.name, *arguments, before=before)
        return {row.name: [time.perf_counter_ns() - begin]}, output

    def size(self, library, row):
        return (self.directory / library /
                row.name.split("_")[-1]).stat().st_size

    def count_calls(self, library, row):
        """System calls of one operation."""
        name = row.name.replace("calls_", "").replace("create_join",
                                                      "create_join_fresh")
        few, many = (self._calls(library, name, n) for n in COUNTED)
        return round((many - few) / (COUNTED[1] - COUNTED[0]), 2)

    def _calls(self, library, name, operations):
        trace = self.directory.parent / "trace"
        command = [self.directory / library / "bench", name, "count",
                   str(operations)]
        if self.emulator:
            with trace.open("w", encoding="utf-8") as output:
                subprocess.run([*self.emulator, "-strace", *command],
                               stdin=self.silence, stderr=output,
                               timeout=LIMIT, check=True)
        else:
            subprocess.run(["strace", "-f", "-o", trace, *command],
                           stdin=self.silence, timeout=LIMIT, check=True)
        # Both write "PID name(" where a call begins, and nowhere else.
        text = trace.read_text(encoding="utf-8", errors="replace")
        return len(re.findall(r"[0-9]+ +[a-z_0-9]+\(", text))


class Progress:
    """A line that is written over; without a terminal, one for each round."""

    def __init__(self, steps):
        self.steps, self.done, self.begin = steps, 0, time.monotonic()
        self.live = sys.stderr.isatty()
        self.last = None

    def step(self, round_text, text):
        spent = time.monotonic() - self.begin
        left = spent / self.done * (self.steps - self.done) if self.done else 0
        self.done += 1
        if self.live:
            print(f"\r{round_text}: {text:<48.48} "
                  f"{int(left) // 60}:{int(left) % 60:02} left ",
                  end="", file=sys.stderr, flush=True)
        elif round_text != self.last:
            print(f"{round_text}: {int(spent)} s", file=sys.stderr, flush=True)
        self.last = round_text

    def end(self):
        if self.live:
            print("\r" + " " * 79 + "\r", end="", file=sys.stderr, flush=True)


def in_round(row, number, rounds):
    """A row that is slow is visited in a few rounds only, far apart."""
    if row.rounds == 0 or row.rounds >= rounds:
        return True
    return number * row.rounds // rounds != (number - 1) * row.rounds // rounds


def measure(machine, chosen, rounds, files):
    """{(row, library, cpus): [[value of each batch] of each round]}"""
    results = defaultdict(list)
    once = [(row, library) for row in chosen if row.kind in ("count", "size")
            for library in machine.libraries if machine.has(library, row)]
    for row, library in once:
        value = (machine.size if row.kind == "size" else
                 machine.count_calls)(library, row)
        results[row.name, library, "free"] = [[value]]
    if machine.emulator:
        return results  # what an emulator takes says nothing
    visits = [(row, cpus) for row in chosen if row.kind in ("time", "program")
              for cpus in row.cpus]
    progress = Progress(sum(in_round(row, number, rounds)
                            for row, _ in visits
                            for number in range(rounds)))
    answers = set()
    for number in range(rounds):
        for row, cpus in visits:
            if not in_round(row, number, rounds):
                continue
            progress.step(f"round {number + 1} of {rounds}",
                          f"{row.name}, {cpus}")
            turn = number % len(machine.libraries)
            order = machine.libraries[turn:] + machine.libraries[:turn]
            for library in order if number % 2 == 0 else reversed(order):
                if not machine.has(library, row):
                    continue
                if row.kind == "program":
                    values, output = machine.run_program(library, row, cpus,
                                                         files)
                    answers.add(output)
                else:
                    values = machine.visit(library, row, cpus)
                for name, batches in values.items():
                    results[name, library, cpus].append(batches)
    progress.end()
    if len(answers) > 1:
        sys.exit("fwsum's answers differ")
    return results
