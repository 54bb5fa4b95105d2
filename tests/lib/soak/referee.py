# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the nodes took turns: their writes by QEMU's traces, against the moments at which each had let go."""

from typing import NamedTuple

from lab.writes import Follower, Tenure, Write, tenures


class Release(NamedTuple):
    """A node had let go of the volume, and cannot write unless it starts it again."""

    node: str
    time: float
    why: str
    # How far the moment may be off: power is switched by the host, an unmount is told by the node.
    slack_s: float


def judge(turns: list[Tenure], releases: list[Release]) -> list[str]:
    """What is wrong: each change of hands without a release between the last write and the other's first.

    A write of the old node after the new one's first makes a turn of its own, for which the new one had not let go.
    """
    wrong = []
    for before, after in zip(turns, turns[1:]):
        if not any(release.node == before.node
                   and before.last - release.slack_s <= release.time <= after.first + release.slack_s
                   for release in releases):
            wrong.append(f"{after.node} writes at {after.first:.3f} and {before.node}, whose last write was at "
                         f"{before.last:.3f}, had not let go")
    return wrong


class Referee:
    """Follows the traces of all nodes to one disk."""

    def __init__(self, nodes, disk, since: float) -> None:
        self._followers = [Follower(node.trace, node.name, disk) for node in nodes]
        self._writes: list[Write] = []
        self._since = since
        self._told: set[str] = set()

    def count(self) -> int:
        return len(self._writes)

    def turns(self) -> list[Tenure]:
        for follower in self._followers:
            self._writes += [write for write in follower.more() if write.time >= self._since]
        self._writes.sort()
        return tenures(self._writes)

    def news(self, releases: list[Release]) -> list[str]:
        """What went wrong and was not told before."""
        found = [line for line in judge(self.turns(), releases) if line not in self._told]
        self._told.update(found)
        return found

    def close(self) -> None:
        for follower in self._followers:
            follower.close()
