# SPDX-License-Identifier: GPL-2.0-or-later
"""The lists of tests/cluster that a run of everything takes: a case that was renamed would drop out of it in silence."""

import json
import pathlib
import sys

from lab import each

TESTS = pathlib.Path(__file__).resolve().parents[3]
# Apart from this process, whose modules have names of their own: of each line, the cases that a run would take.
LOOK = """
import json, pathlib, sys
tests = pathlib.Path(sys.argv[1])
sys.path[:0] = [str(tests), str(tests / "lib")]
from runner import cases
from runner.suites import _core
found = [case for case in cases.find(tests / "cluster") if not case.is_long]
print(json.dumps({name: [case.name for case in cases.select(found, [name])] for name in _core(pathlib.Path(sys.argv[2]))}))
"""


@each("core", "core-other")
def test_each_line_names_a_case_and_no_case_is_named_twice(host, name):
    result = host.run([sys.executable, "-B", "-c", LOOK, str(TESTS), str(TESTS / "cluster" / name)], 60)
    assert result.rc == 0, result
    found = json.loads(result.out)
    assert found
    assert [line for line, cases in found.items() if not cases] == [], "no case is called that"
    named = [case for cases in found.values() for case in cases]
    assert sorted(set(named)) == sorted(named), named
