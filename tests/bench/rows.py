# SPDX-License-Identifier: MIT
"""rows.py - what is measured, in the order of the report."""

from typing import NamedTuple

LIBRARIES = ("weft", "weft-musl", "weft-glibc", "glibc-static",
             "glibc-dynamic", "musl-static", "nsync", "floor")
WEFT = ("weft", "weft-musl", "weft-glibc")
PEERS = ("glibc-static", "glibc-dynamic", "musl-static", "nsync")


class Row(NamedTuple):
    name: str
    unit: str   # of one operation; less is better in all of them
    what: str
    kind: str = "time"   # time, count, size or program
    cpus: tuple = ("free", "pinned")
    rounds: int = 0      # in how many rounds at most; 0: in all


def _alive(count):
    rounds = 3 if count >= 5000 else 0
    return [Row(f"alive_{count}", "ns",
                f"{count} threads alive at one time: create to join, each",
                cpus=("free",), rounds=rounds),
            Row(f"alive_{count}_memory", "bytes",
                f"{count} threads asleep: resident memory, each",
                kind="with the row before", cpus=("free",), rounds=rounds)]


def _contend(length, threads):
    return [Row(f"contend_{length}_{threads}", "ns",
                f"mutex wanted by {threads} threads, {length} critical"
                " section: per acquisition"),
            Row(f"contend_{length}_{threads}_fairness", "ratio",
                "the same: acquisitions of the luckiest thread over those of"
                " the unluckiest", kind="with the row before")]


ROWS = [
    Row("create_join_fresh", "ns", "create a thread that does nothing, join"),
    Row("create_join_recycled", "ns", "the same; Weft after weft_recycle,"
        " others as ever"),
    Row("create_detached", "ns", "create a detached thread, of many; the"
        " creator at most 64 ahead"),
    Row("create_batch_1000", "ns", "create 1,000, then join them: each"),
    Row("cancel_blocked", "ns", "cancel a thread blocked in read(2), join"),
    *[row for count in (10, 100, 1000, 5000, 10000, 20000)
      for row in _alive(count)],
    Row("mutex_normal", "ns", "lock and unlock, nobody else wants it"),
    Row("mutex_recursive", "ns", "the same, recursive mutex"),
    Row("mutex_errorcheck", "ns", "the same, error-checking mutex"),
    Row("mutex_robust", "ns", "the same, robust mutex"),
    Row("mutex_pi", "ns", "the same, priority-inheriting mutex"),
    *[row for length in ("short", "long") for threads in (2, 4, 8)
      for row in _contend(length, threads)],
    Row("cond_signal_idle", "ns", "signal, nobody waits"),
    Row("cond_broadcast_idle", "ns", "broadcast, nobody waits"),
    Row("cond_ping_pong", "ns", "two threads take turns: there and back"),
    Row("cond_broadcast_8", "ns", "broadcast to 8, until all have answered"),
    Row("sem_uncontended", "ns", "post, then wait"),
    Row("sem_ping_pong", "ns", "two threads take turns: there and back"),
    Row("rwlock_read", "ns", "read lock and unlock, nobody else wants it"),
    Row("rwlock_write", "ns", "write lock and unlock, nobody else wants it"),
    Row("rwlock_mix_90_10", "ns",
        "4 threads, 9 reads to 1 write: per acquisition"),
    Row("barrier_2", "ns", "a round of 2 threads"),
    Row("barrier_4", "ns", "a round of 4 threads"),
    Row("once_done", "ns", "once, done before"),
    Row("key_get", "ns", "thread-specific value: get"),
    Row("key_set", "ns", "thread-specific value: set"),
    Row("self", "ns", "which thread is this?"),
    Row("fwsum", "ns", "fwsum, 2 threads, 8 MiB in 24 files", "program"),
    Row("calls_create_join", "calls", "system calls of create and join",
        "count", ("free",)),
    Row("calls_create_detached", "calls", "system calls of a detached thread,"
        " those of row create_detached for counting included", "count",
        ("free",)),
    Row("size_hello", "bytes", "static program: four threads say hello",
        "size", ("free",)),
    Row("size_fwsum", "bytes", "static program: fwsum", "size", ("free",)),
]
BY_NAME = {row.name: row for row in ROWS}


def measured_with(row):
    """The row whose measurement also yields this one."""
    return row.name.removesuffix("_memory").removesuffix("_fairness")


def chosen(part):
    """The rows whose name has part in it, and those measured with them."""
    names = {measured_with(row) for row in ROWS if part in row.name}
    return [row for row in ROWS if measured_with(row) in names]
