# SPDX-License-Identifier: GPL-2.0-or-later
"""The expected answers (expected.tsv) and the part of them that has every value of every dimension."""

import pathlib
from typing import NamedTuple

TABLE = pathlib.Path(__file__).with_name("expected.tsv")
DIMENSIONS = ("device", "mapping", "mount", "identity")
ACTIONS = ("monitor", "probe", "start", "stop")


class Row(NamedTuple):
    device: str
    mapping: str
    mount: str
    identity: str
    start: int
    stop: int
    monitor: int
    probe: int
    note: str

    @property
    def state(self) -> tuple[str, ...]:
        return self[: len(DIMENSIONS)]

    @property
    def name(self) -> str:
        return "_".join(self.state).replace("-", "_")


def rows() -> list[Row]:
    found = []
    for line in TABLE.read_text().splitlines():
        if not line.startswith("#"):
            words = line.split("\t")
            found.append(Row(*words[:4], *(int(word) for word in words[4:8]), words[8]))
    return found


def _values(row: Row) -> set:
    """What a row covers: its devices and mappings together, the rest by itself."""
    device, mapping, mount, identity = zip(DIMENSIONS, row.state)
    return {(device, mapping), mount, identity}


def cover(all_rows: list[Row]) -> list[Row]:
    """The same part every time: greedily, the row that adds most values, the earlier one on a tie."""
    left = set().union(*(_values(row) for row in all_rows))
    chosen: list[Row] = []
    while left:
        best = max(all_rows, key=lambda row: len(_values(row) & left))
        chosen.append(best)
        left -= _values(best)
    return sorted(chosen, key=all_rows.index)
