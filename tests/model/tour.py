#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# tour.py [-w] FILE... - whether a text shows what the explorer prints.
#
# Each listing that begins with "$ tests/model/trace.sh ..." is made again. It may
# leave steps out; but each line that it shows has to be there as it stands, with
# its step and its line of the source, in that order, and the end has to be the
# same. Only addresses may be others. -w writes the lines anew.
#
# A step that a chapter's text speaks of ("in step 9") is one of those that it shows.
# And a step of a state table that it names (T3, R1) stands in a comment of one of
# the files that it names.
#
# Prints what is wrong, and fails then; fails too when a file shows no trace.
import re
import subprocess
import sys
from pathlib import Path

PROMPT = "$ tests/model/trace.sh "
STEP = re.compile(r"\b[TRW][0-9]{1,2}\b")


def exact(line):
    return re.sub(r"0x[0-9a-f]{5,}", "ADDRESS", " ".join(line.split()))


def loose(line):
    """Without what changes when the sources go on."""
    line = re.sub(r"^ *[0-9]+  ", "", line)
    return exact(re.sub(r"([a-z_]+\.[chS]):[0-9]+", r"\1", line))


def matched(shown, made, alike):
    """The lines of made that shown stands for, or the first that is not there."""
    found, at = [], 0
    for line in shown:
        while at < len(made) and alike(made[at]) != alike(line):
            at += 1
        if at == len(made):
            return found, line
        found.append(made[at])
        at += 1
    if at != len(made):
        return found, "the end: " + made[-1]
    return found, None


def listings(lines):
    """Where each shown trace begins and ends, prompts left out."""
    fences = [i for i, line in enumerate(lines) if line.startswith("```")]
    for begin, end in zip(fences[::2], fences[1::2]):
        if lines[begin + 1].startswith(PROMPT):
            yield begin + 2, end


def check_traces(path, write):
    lines = path.read_text().split("\n")
    wrong, count = 0, 0
    for begin, end in listings(lines):
        command = lines[begin - 1][2:]
        made = subprocess.run(command, shell=True, text=True, check=False,
                              stdout=subprocess.PIPE).stdout.rstrip("\n").split("\n")
        found, missing = matched(lines[begin:end], made, loose if write else exact)
        count += 1
        if missing is not None:
            print(f"{path}: not printed by {command}: {missing}")
            wrong += 1
        elif write:
            lines[begin:end] = found
    if write:
        path.write_text("\n".join(lines))
    if count == 0:
        print(f"{path} shows no trace")
    return wrong + (count == 0)


def check_numbers(path):
    """Steps of a trace that the text speaks of and does not show."""
    wrong = 0
    for chapter in re.split(r"^(?=## )", path.read_text(), flags=re.M):
        lines = chapter.split("\n")
        shown = set()
        for begin, end in listings(lines):
            shown.update(re.findall(r"^ *([0-9]+)  ", "\n".join(lines[begin:end]), re.M))
        text = " ".join(prose(chapter).split())
        for match in re.findall(r"\bsteps? ([0-9]+)(?: (?:to|and) ([0-9]+))?", text):
            for number in filter(None, match):
                if shown and number not in shown:
                    print(f"{path}: {lines[0]}: step {number} is not shown")
                    wrong += 1
    return wrong


def prose(chapter):
    return re.sub(r"^```.*?^```", "", chapter, flags=re.S | re.M)


def check_steps(path):
    wrong = 0
    for chapter in re.split(r"^(?=## )", prose(path.read_text()), flags=re.M):
        cited = set(STEP.findall(chapter))
        files = set(re.findall(r"`([a-z_/]+\.[ch])`", chapter))
        known = set()
        for file in files:
            for place in Path("src").rglob(file.rsplit("/", 1)[-1]):
                comments = re.findall(r"//.*", place.read_text())
                known.update(STEP.findall("\n".join(comments)))
        for step in sorted(cited - known):
            print(f"{path}: {chapter.splitlines()[0]}: no file has a step {step}")
            wrong += 1
    return wrong


def main():
    write = sys.argv[1:2] == ["-w"]
    wrong = 0
    for name in sys.argv[1 + write:]:
        path = Path(name)
        wrong += check_traces(path, write) + check_numbers(path) + check_steps(path)
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
