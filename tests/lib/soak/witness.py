# SPDX-License-Identifier: GPL-2.0-or-later
"""What is known from outside the cluster: acknowledged records, mounts and unmounts as each node sees them, power.

Each line is stamped with the host's clock when it arrives: a node's own clock stands still while the node is frozen.
"""

import threading
import time
from typing import Callable

from lab.channel import MachineLost, Process
from lab.records import RECORDER, Record

from .referee import Release

# Runs in a node: one line at each change of the mount, the first at once.
WATCHER = r"""
import os, select, sys
known = None
with open("/proc/self/mountinfo", encoding="utf-8") as file:
    poll = select.poll()
    poll.register(file, select.POLLPRI | select.POLLERR)
    while True:
        file.seek(0)
        found = any(line.split(" ")[4] == sys.argv[1] for line in file)
        if found is not known:
            known = found
            os.write(1, b"mounted\n" if found else b"unmounted\n")
        poll.poll(5000)
"""
# Until a line has come through ssh from a busy machine.
HEARD_SLACK_S = 1.5


class Ear:
    """Hands each whole line of a process on, with its moment."""

    def __init__(self, process: Process, heard: Callable[[float, str], None]) -> None:
        self.process = process
        self._heard = heard
        self._done = 0
        self._lock = threading.Lock()
        handle = process.handle

        def listen(kind: bytes, payload: bytes) -> None:
            handle(kind, payload)
            self._take()
        process.handle = listen
        self._take()

    def _take(self) -> None:
        with self._lock:
            now, data = time.time(), self.process.output[self._done:]
            whole = data[:data.rfind(b"\n") + 1]
            self._done += len(whole)
            for line in whole.decode(errors="replace").splitlines():
                self._heard(now, line)


class Witness:
    """Listens to all nodes of a ground."""

    def __init__(self, ground, directory: str, name: str, pause_s: float) -> None:
        self._ground = ground
        self._directory = directory
        self._pause_s = pause_s
        self._runs = 0
        self._ears: dict[str, list[Ear]] = {}
        self._cuts: list[Release] = []
        self._heard: list[Release] = []
        self.name = name
        self.records: list[Record] = []
        self.let_go: list[tuple[float, str]] = []

    # Listening

    def tend(self) -> None:
        """Log in again where a node has booted, and start what is not running there any more."""
        for node in self._ground.cluster.nodes.values():
            try:
                if node.powered() and (node.rebooted() or not node.connected):
                    node.wait_up(5)
                if node.powered() and node.connected and not node.rebooted():
                    self._listen(node)
            except (MachineLost, AssertionError):
                # It is going down or coming up: next time.
                pass

    def _listen(self, node) -> None:
        ears = self._ears.get(node.name, [])
        if ears and all(ear.process.running() for ear in ears):
            return
        for ear in ears:
            if ear.process.running():
                ear.process.kill()
        self._runs += 1
        run = f"{node.name}.{self._runs}"
        watcher = node.start(["/usr/bin/python3", "-I", "-S", "-c", WATCHER, self._directory])
        recorder = node.start([RECORDER, self._directory, run, self.name, self._pause_s])
        self._ears[node.name] = [Ear(watcher, lambda now, line: self._mount(node.name, now, line)),
                                 Ear(recorder, lambda now, line: self._record(node.name, now, line))]

    def _mount(self, node: str, now: float, line: str) -> None:
        if line == "unmounted":
            self._heard.append(Release(node, now, "unmounted", HEARD_SLACK_S))

    def _record(self, node: str, now: float, line: str) -> None:
        words = line.split(" ")
        if words[0] == "ack":
            self.records.append(Record(int(words[1]), words[2], now))
        elif words[0] == "let-go":
            self.let_go.append((now, node))

    def stop(self) -> None:
        for ears in self._ears.values():
            for ear in ears:
                try:
                    if ear.process.running():
                        ear.process.kill()
                except MachineLost:
                    pass

    # What is known

    def cut(self, node: str, moment: float) -> None:
        """The soak itself has taken a node's power."""
        self._cuts.append(Release(node, moment, "power off", 0.2))

    def releases(self) -> list[Release]:
        fenced = [Release(row.target, row.ended, "fenced", 0.2) for row in self._ground.cluster.power.log
                  if row.action != "on"]
        return self._heard + self._cuts + fenced

    def unmounted_after(self, moment: float, node: str) -> bool:
        return any(release.node == node and release.time > moment for release in list(self._heard))

    def first_after(self, moment: float, node: str = "") -> float | None:
        """When the first record after a moment was acknowledged, by that node or by any."""
        found = None
        for record in reversed(self.records):
            if record.time <= moment:
                return found
            if record.run.startswith(node):
                found = record.time
        return found

    def active(self) -> str:
        """Who acknowledged last."""
        return self.records[-1].run.split(".")[0]

    def longest_gap(self, since: float, until: float) -> float:
        """The longest time without an acknowledged record."""
        moments = [since] + [record.time for record in self.records if since < record.time <= until] + [until]
        return max(later - earlier for earlier, later in zip(moments, moments[1:]))
