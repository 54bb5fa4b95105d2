# SPDX-License-Identifier: GPL-2.0-or-later
"""Numbered, fsynced records: what was acknowledged to the host, and whether a file has all of it, once each."""

from typing import NamedTuple

from .channel import MachineLost, Process

RECORDER = "/usr/lib/lab/recorder"
RECORD_BYTES = 64


class Record(NamedTuple):
    number: int
    run: str
    time: float


class Recorder:
    """The writers of one directory on several nodes; they write wherever it is mounted."""

    def __init__(self, directory: str, pause_s: float = 0.05, name: str = "records") -> None:
        self.directory = directory
        self.name = name
        self._pause_s = pause_s
        self._runs = 0
        self._processes: list[tuple[object, Process, float]] = []

    def pause(self, seconds: float) -> None:
        """How long the writers that are started from now on wait between two records."""
        self._pause_s = seconds

    def start(self, node) -> None:
        """Let a node write from its next mount on; again after each of its boots."""
        self._runs += 1
        process = node.start([RECORDER, self.directory, f"{node.name}.{self._runs}", self.name, self._pause_s])
        self._processes.append((node, process, node.clock_offset_s))

    def lines(self, word: str) -> list[list[str]]:
        """What writers said so far, times put into the host's clock, oldest first."""
        found = []
        for _, process, offset in self._processes:
            text = process.output.decode(errors="replace")
            for line in text[:text.rfind("\n") + 1].splitlines():
                parts = line.split(" ", 4)
                if parts[0] == word:
                    position = 3 if word in ("ack", "open") else 2
                    parts[position] = f"{float(parts[position]) - offset:.3f}"
                    found.append((float(parts[position]), parts))
        return [parts for _, parts in sorted(found)]

    def acknowledged(self) -> list[Record]:
        return [Record(int(parts[1]), parts[2], float(parts[3])) for parts in self.lines("ack")]

    def last(self) -> int:
        acknowledged = self.acknowledged()
        return acknowledged[-1].number if acknowledged else 0

    def last_of(self, node: str) -> int:
        return max((record.number for record in self.acknowledged() if record.run.startswith(node + ".")), default=0)

    def first_after(self, moment: float, node: str = "") -> float | None:
        """When the first record after a moment was acknowledged."""
        return next((record.time for record in self.acknowledged()
                     if record.time > moment and record.run.startswith(node)), None)

    def stop(self) -> None:
        for _, process, _ in self._processes:
            if process.running():
                try:
                    process.kill()
                except MachineLost:
                    # Its machine lost its power meanwhile.
                    pass

    def verify(self, data: bytes, acknowledged: list[Record] | None = None) -> int:
        """Raise unless the file holds every acknowledged record once and numbers without gap or repetition.

        While a writer writes, give what was acknowledged before the file was read.
        """
        return verify(data, self.acknowledged() if acknowledged is None else acknowledged)


def parse(data: bytes) -> list[tuple[int, str]]:
    found = []
    for position in range(0, len(data) - len(data) % RECORD_BYTES, RECORD_BYTES):
        words = data[position:position + RECORD_BYTES].decode(errors="replace").split()
        if len(words) != 3 or not words[0].isdigit():
            raise AssertionError(f"record {position // RECORD_BYTES + 1} is damaged: {words}")
        found.append((int(words[0]), words[1]))
    return found


def verify(data: bytes, acknowledged: list[Record]) -> int:
    """See Recorder.verify; the number of records in the file."""
    found = parse(data)
    numbers = [number for number, _ in found]
    if numbers != list(range(1, len(numbers) + 1)):
        wrong = next(index for index, number in enumerate(numbers, 1) if number != index)
        raise AssertionError(f"record {wrong} of the file has the number {numbers[wrong - 1]}")
    have = set(found)
    lost = [record for record in acknowledged if (record.number, record.run) not in have]
    if lost:
        raise AssertionError(f"{len(lost)} acknowledged records are lost, the first is {lost[0]}")
    return len(found)
