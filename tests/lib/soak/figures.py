# SPDX-License-Identifier: GPL-2.0-or-later
"""A soak in numbers: outages per kind of fault, what was seen in all, and the timeline."""

import collections
import statistics
import time
from typing import NamedTuple

from lab import timeline

from .plan import Step


class Done(NamedTuple):
    """One fault and what came of it; times are the host's."""

    step: Step
    began: float
    ended: float
    outage_s: float
    wrong: list[str]
    unmet: list[str]  # what it was to strike and did not find


def figures(soak) -> dict:
    """The run in numbers; outages that a fault orders itself are not counted until its cause has ended."""
    by_kind = collections.defaultdict(list)
    for done in soak.done:
        by_kind[done.step.kind].append(done)
    worst = max(soak.done, key=lambda done: done.outage_s)
    return {"minutes": (time.time() - soak.began) / 60, "faults": len(soak.done), "records": len(soak.witness.records),
            "handovers": len(soak.referee.turns()) - 1, "writes": soak.referee.count(),
            "fenced": len(soak.ground.fenced(soak.began)), "longest_s": worst.outage_s, "longest_by": worst.step.kind,
            "unmet": sum(bool(done.unmet) for done in soak.done),
            "violations": sum(len(done.wrong) for done in soak.done),
            "kinds": {kind: {"count": len(rows), "failed": sum(bool(row.wrong) for row in rows),
                             "unmet": sum(bool(row.unmet) for row in rows),
                             "median_s": statistics.median(row.outage_s for row in rows),
                             "longest_s": max(row.outage_s for row in rows)}
                      for kind, rows in sorted(by_kind.items())}}


def summary(found: dict) -> list[str]:
    """The figures as lines for a person."""
    lines = [f"{'fault':17s} {'count':>5s} {'failed':>6s} {'not met':>7s} {'median outage':>14s} {'longest':>9s}"]
    for kind, row in found["kinds"].items():
        lines.append(f"{kind:17s} {row['count']:5d} {row['failed']:6d} {row['unmet']:7d} {row['median_s']:12.1f} s "
                     f"{row['longest_s']:7.1f} s")
    lines.append(f"{found['minutes']:.1f} minutes, {found['faults']} faults, {found['unmet']} of which met nothing, {found['fenced']} "
                 f"fenced, {found['handovers']} changes of hands over {found['writes']} writes, {found['records']} records")
    lines.append(f"longest outage {found['longest_s']:.1f} s ({found['longest_by']}); {found['violations']} violations")
    return lines


def chart(soak, title: str) -> tuple[str, list[timeline.Span]]:
    """Each fault's time, with its longest stretch without a record."""
    return title, [timeline.Span(f"{done.step.number} {done.step.kind}", done.began - soak.began, done.ended - soak.began,
                                 f"no record for {done.outage_s:.1f} s" + (", VIOLATION" if done.wrong else "")
                                 + (", not met" if done.unmet else ""))
                   for done in soak.done]
