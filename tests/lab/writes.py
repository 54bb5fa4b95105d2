# SPDX-License-Identifier: GPL-2.0-or-later
"""Who wrote to a shared disk when: read from the traces that each node's QEMU keeps, not asked inside.

A trace line has the host's time in microseconds, so those of several nodes can be merged.
"""

import pathlib
import re
from typing import Iterable, NamedTuple

_LINE = re.compile(r"^\d+@(\d+\.\d+):(\w+) (.*)$")
_OPEN = re.compile(r'bs (0x[0-9a-f]+) filename "([^"]*)" flags \S+ format_name "(\w+)"')
_WRITE = re.compile(r"bs (0x[0-9a-f]+) offset (\d+) bytes (\d+)")
_ZEROES = re.compile(r"bs (0x[0-9a-f]+) offset (\d+) (?:bytes|count) (\d+)")


class Write(NamedTuple):
    """One write as the device model handed it to the block layer."""

    time: float
    node: str
    offset: int
    size: int


class Follower:
    """Reads a node's trace as it grows."""

    def __init__(self, trace: pathlib.Path, node: str, disk: pathlib.Path) -> None:
        self._lines = open(trace, encoding="ascii", errors="replace")
        self._node = node
        self._disk = str(disk)
        self._devices: dict[str, tuple[str, str]] = {}
        self._part = ""

    def more(self) -> list[Write]:
        """The writes since the last call, in order."""
        *lines, self._part = (self._part + self._lines.read()).split("\n")
        return [write for line in lines if (write := self._write(line))]

    def _write(self, line: str) -> Write | None:
        row = _LINE.match(line)
        if not row:
            return None
        stamp, event, rest = float(row.group(1)), row.group(2), row.group(3)
        if event == "bdrv_open_common":
            opened = _OPEN.match(rest)
            if opened:
                self._devices[opened.group(1)] = (opened.group(2), opened.group(3))
            return None
        wrote = (_WRITE if event == "blk_co_pwritev" else _ZEROES).search(rest)
        # The layer below (format «file») sees the same request once more.
        if wrote and self._devices.get(wrote.group(1)) == (self._disk, "raw"):
            return Write(stamp, self._node, int(wrote.group(2)), int(wrote.group(3)))
        return None

    def close(self) -> None:
        self._lines.close()


def of_node(trace: pathlib.Path, node: str, disk: pathlib.Path) -> list[Write]:
    """The writes of one node to one disk file, in order."""
    follower = Follower(trace, node, disk)
    try:
        return follower.more()
    finally:
        follower.close()


def merged(nodes: Iterable, disk: pathlib.Path) -> list[Write]:
    """The writes of all nodes (with `trace` and `name`), by time."""
    return sorted(write for node in nodes for write in of_node(node.trace, node.name, disk))


class Tenure(NamedTuple):
    """A stretch of the disk's life in which only one node wrote."""

    node: str
    first: float
    last: float
    count: int


def tenures(writes: list[Write]) -> list[Tenure]:
    found: list[Tenure] = []
    for write in writes:
        if found and found[-1].node == write.node:
            found[-1] = found[-1]._replace(last=write.time, count=found[-1].count + 1)
        else:
            found.append(Tenure(write.node, write.time, write.time, 1))
    return found


def describe(found: list[Tenure]) -> str:
    return "; ".join(f"{part.node} wrote {part.count} times from {part.first:.3f} to {part.last:.3f}"
                     for part in found) or "nobody wrote"


def check_exclusion(writes: list[Write], owners: list[str], since: float = 0) -> list[Tenure]:
    """Raise unless the nodes wrote one after the other, exactly in this order, each in one stretch.

    So after the first write of a node none of the one before comes until that one's own next turn.
    """
    found = tenures([write for write in writes if write.time >= since])
    if [part.node for part in found] != owners:
        raise AssertionError(f"the disk was to be written by {' then '.join(owners)}; {describe(found)}")
    return found
