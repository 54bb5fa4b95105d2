# SPDX-License-Identifier: GPL-2.0-or-later
"""SECURITY.md names a test for each door, and each of them is there."""

import re

from readme_text import ROOT

ROW = re.compile(r"\| `(tests/[^`]+)` (\w+) \|$", re.MULTILINE)


def test_each_door_has_a_test_that_exists(host):
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    doors = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith(("| who |", "| ---"))]
    named = ROW.findall(text)
    assert len(doors) == len(named) > 15, (len(doors), len(named))
    lost = [(path, fact) for path, fact in named
            if not re.search(rf"(def test_|cmocka_unit_test\(){fact}\W", (ROOT / path).read_text(encoding="utf-8"))]
    assert lost == []
