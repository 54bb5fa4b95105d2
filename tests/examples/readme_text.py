# SPDX-License-Identifier: GPL-2.0-or-later
"""README.md and cluster-examples/ as data: blocks of code, tables, policies."""
from __future__ import annotations

import json
import pathlib
import re
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
EXAMPLES = ROOT / "cluster-examples"


class Block(NamedTuple):
    """A block of code under its heading; an indented one has no language."""

    heading: str
    language: str
    text: str


def text() -> str:
    return README.read_text(encoding="utf-8")


def _headings(lines: list[str]) -> list[tuple[str, str]]:
    """Each line with the heading above it; lines in fences are never headings."""
    heading, fenced, found = "", False, []
    for line in lines:
        fenced ^= line.startswith("```")
        if not fenced and line.startswith("#"):
            heading = line.lstrip("# ").strip()
        found.append((heading, line))
    return found


def blocks(source: str | None = None) -> list[Block]:
    """All blocks of code, fenced or indented by four blanks, in their order."""
    found: list[Block] = []
    language, held = None, []
    rows = _headings((source or text()).splitlines())
    for heading, line in [*rows, ("", "")]:
        if line.startswith("```"):
            if language is None:
                language = line[3:].strip()
            else:
                found.append(Block(heading, language, "\n".join(held)))
                language, held = None, []
        elif language is not None:
            held.append(line)
        elif line.startswith("    "):
            held.append(line[4:])
        elif held:
            found.append(Block(heading, "", "\n".join(held)))
            held = []
    return found


def block(heading: str, language: str = "", number: int = 0) -> str:
    """One block by its heading; a missing one fails the case."""
    found = [row.text for row in blocks() if (row.heading, row.language) == (heading, language)]
    assert len(found) > number, f"README.md has no such block under «{heading}»"
    return found[number]


def table(first_column: str) -> list[dict[str, str]]:
    """The rows of the table whose first column has this title."""
    lines = text().splitlines()
    start = next((index for index, line in enumerate(lines)
                  if line.startswith(f"| {first_column} |")), None)
    assert start is not None, f"README.md has no table of «{first_column}»"
    names = [cell.strip() for cell in lines[start].strip("|").split("|")]
    rows = []
    for line in lines[start + 2:]:
        if not line.startswith("|"):
            break
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        assert len(cells) == len(names), f"a row of another width: {line}"
        rows.append(dict(zip(names, cells)))
    return rows


def quoted(cell: str) -> list[str]:
    """What stands between backticks; blocks in fences are left out."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"(?ms)^```.*?^```", "", cell))


def policy(name: str) -> dict:
    """A document of cluster-examples/."""
    return json.loads((EXAMPLES / name).read_text(encoding="utf-8"))


def joined(script: str) -> list[str]:
    """The commands of a block: continued lines are one, comments and empty lines none."""
    whole = script.replace("\\\n", " ")
    def tidy(line: str) -> str:
        return re.sub(r"\s{2,}", " ", re.sub(r"\s+#.*$", "", line)).strip()

    return [tidy(line) for line in whole.splitlines()
            if line.strip() and not line.lstrip().startswith("#")]
