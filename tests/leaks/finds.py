# SPDX-License-Identifier: GPL-2.0-or-later
"""What the searcher wrote."""
from __future__ import annotations

import pathlib
from typing import NamedTuple


class Find(NamedTuple):
    """One line of the searcher."""

    when: str
    pid: int
    comm: str
    needle: str
    how: str
    length: int
    place: str
    mapping: str
    flags: list

    def __str__(self) -> str:
        return (f"{self.when} of {self.comm}: {self.how} {self.needle} ({self.length} bytes) at {self.place} "
                f"in {self.mapping or 'anonymous memory'} [{' '.join(self.flags)}]")


def read_log(path: pathlib.Path) -> tuple[list[Find], list[list[str]]]:
    """The finds, and the other lines as words."""
    finds, rest = [], []
    for line in path.read_text(errors="replace").splitlines():
        words = line.split("\t")
        if len(words) == 9:
            finds.append(Find(words[0], int(words[1]), words[2], words[3], words[4], int(words[5]), *words[6:8],
                              words[8].split()))
        else:
            rest.append(words)
    return finds, rest
