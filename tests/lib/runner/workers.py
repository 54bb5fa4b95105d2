# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs cases in worker processes, each with a fixture of its own (a machine, or the host).

Workers take the next case from a pipe, so that a slow one does not hold the others up.  A case
that hangs or loses its machine costs that machine, counts as failed, and the rest goes on.
"""

import json
import os
import select
import signal
import struct
import sys
import time
import traceback
from typing import Callable, NamedTuple

from lab import children
from lab.channel import CommandTimeout, MachineLost
from lab.ground import LeftBehind
from lab.marks import PATIENCE

from .cases import Case
from .report import Report, say

_INDEX = struct.Struct("<I")


class CaseTimeout(BaseException):
    """The case reached its limit; not an Exception, so that no test swallows it."""


def _on_alarm(_number, _frame):
    raise CaseTimeout


def _failure_text(error: BaseException, limit_s: float) -> str:
    if isinstance(error, CaseTimeout):
        head = f"hung: not finished after {limit_s:g} s"
    else:
        head = f"{type(error).__name__}: {error}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__)
              if "/tests/lib/runner/" not in frame.filename]
    where = "".join(f"\n    {frame.filename.rsplit('/tests/', 1)[-1]}:{frame.lineno}: {frame.line}"
                    for frame in frames)
    return head + where


class Worker:
    """One process's share: makes the fixture when the first case needs it, renews it when lost."""

    def __init__(self, suite: str, make_fixture) -> None:
        self.suite = suite
        self._make_fixture = make_fixture
        self._fixture = None
        self._prepared: set = set()
        self._before = ""
        self.left: list[str] = []  # names of what is wrong besides the cases themselves

    def close(self) -> None:
        if self._fixture is not None:
            self._fixture.close()
            self._fixture = None
            self._prepared = set()

    def _ready(self, case: Case):
        """A clean fixture: a new one, or the one of the case before, wiped."""
        if self._fixture is not None:
            try:
                self._fixture.reset()
            except LeftBehind as left:
                self.left.append(f"{self._before} has left something")
                say(f"FAILED {self.left[-1]}: {left}")
            except MachineLost as lost:
                say(f"  the machine is replaced: {lost}")
                self.close()
        if self._fixture is None:
            self._fixture = self._make_fixture()
        if case.module not in self._prepared and hasattr(case.module, "setup"):
            case.module.setup(self._fixture.subject)
        self._prepared.add(case.module)
        return self._fixture

    def run(self, case: Case) -> bool:
        name = f"{self.suite}/{case.name}"
        say(f"start  {name}")
        began = time.monotonic()
        try:
            fixture = self._ready(case)
        except (MachineLost, AssertionError, RuntimeError, OSError) as error:
            say(f"FAILED {name}: could not be prepared\n{_failure_text(error, 0)}")
            self.close()
            return False
        self._before = name
        began_case = time.monotonic()
        error = self._call(case, fixture)
        seconds = f"{time.monotonic() - began_case:.1f} s"
        if began_case - began > 5:
            seconds += f" (+ {began_case - began:.1f} s to prepare)"
        if error is None:
            say(f"ok     {name} {seconds}")
            return True
        details = fixture.details() if not isinstance(error, KeyboardInterrupt) else ""
        say(f"FAILED {name} {seconds}\n{_failure_text(error, case.limit_s * PATIENCE)}\n{details}")
        if isinstance(error, KeyboardInterrupt):
            raise error
        if isinstance(error, (CaseTimeout, MachineLost, CommandTimeout)):
            self.close()
        return False

    @staticmethod
    def _call(case: Case, fixture) -> BaseException | None:
        signal.signal(signal.SIGALRM, _on_alarm)
        # It comes again, should a test's own clean-up hang as well.
        signal.setitimer(signal.ITIMER_REAL, case.limit_s * PATIENCE, 5)
        try:
            case.function(fixture.subject, *case.arguments)
            return None
        except BaseException as error:  # pylint: disable=broad-except
            return error
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _serve(worker: Worker, cases: list[Case], indexes: int, results: int) -> None:
    try:
        while True:
            data = os.read(indexes, _INDEX.size)
            if not data:
                return
            index = _INDEX.unpack(data)[0]
            os.write(results, json.dumps({"began": index}).encode() + b"\n")
            good = worker.run(cases[index])
            while worker.left:
                os.write(results, json.dumps({"left": worker.left.pop()}).encode() + b"\n")
            os.write(results, json.dumps({"ended": index, "good": good}).encode() + b"\n")
    finally:
        worker.close()


class Lane(NamedTuple):
    """Cases of one suite that share fixtures, and how many of its processes may run at once."""

    suite: str
    cases: list[Case]
    make_fixture: Callable
    workers: int


def run(report: Report, suite: str, cases: list[Case], make_fixture, workers: int) -> None:
    """Run all cases with up to `workers` processes and record each one's result."""
    run_lanes(report, [Lane(suite, cases, make_fixture, workers)])


def run_lanes(report: Report, lanes: list[Lane]) -> None:
    """The same of several suites side by side."""
    streams, pids, indexes = {}, [], []
    try:
        for lane in lanes:
            indexes_read, indexes_write = os.pipe()
            indexes.append(indexes_read)
            os.write(indexes_write, b"".join(_INDEX.pack(index) for index in range(len(lane.cases))))
            os.close(indexes_write)
            done: set[int] = set()
            for _ in range(max(1, min(lane.workers, len(lane.cases)))):
                results_read, results_write = os.pipe()
                pids.append(children.fork(
                    lambda lane=lane, source=indexes_read, results=results_write:
                        _serve(Worker(lane.suite, lane.make_fixture), lane.cases, source, results)))
                os.close(results_write)
                streams[results_read] = {"lane": lane, "done": done, "buffer": b"", "running": None}
        # Once the last worker is gone, what is left in the pipe was never begun.
        every = [(state["lane"], state["done"]) for state in streams.values()]
        _collect(report, streams)
    finally:
        for pid in pids:
            _reap(pid)
        for descriptor in indexes:
            os.close(descriptor)
    for lane, done in every:
        for index, case in enumerate(lane.cases):
            if index not in done:
                done.add(index)
                say(f"FAILED {lane.suite}/{case.name}: no worker was left to run it")
                report.record(f"{lane.suite}/{case.name}", False)


def _reap(pid: int) -> None:
    """By the time this is called a worker has ended, or the run was interrupted."""
    if sys.exc_info()[0] is not None:
        try:
            os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
    os.waitpid(pid, 0)


def _collect(report: Report, streams: dict) -> None:
    """What the workers say, until the last of them has ended."""
    while streams:
        for descriptor in select.select(list(streams), [], [])[0]:
            state = streams[descriptor]
            lane, done = state["lane"], state["done"]
            data = os.read(descriptor, 65536)
            *lines, state["buffer"] = (state["buffer"] + data).split(b"\n")
            for message in map(json.loads, lines):
                if "began" in message:
                    state["running"] = message["began"]
                elif "left" in message:
                    report.record(message["left"], False)
                else:
                    state["running"] = None
                    done.add(message["ended"])
                    report.record(f"{lane.suite}/{lane.cases[message['ended']].name}", message["good"])
            if data:
                continue
            os.close(descriptor)
            del streams[descriptor]
            if state["running"] is not None:
                name = f"{lane.suite}/{lane.cases[state['running']].name}"
                say(f"FAILED {name}: its worker ended")
                done.add(state["running"])
                report.record(name, False)
