# SPDX-License-Identifier: GPL-2.0-or-later
"""The soak's plan depends on its seed alone, and its referee sees a writer who had not let go."""

import itertools
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "lib"))

from soak import plan  # noqa: E402
from soak.faults import KINDS  # noqa: E402
from soak.referee import Release, judge  # noqa: E402
from lab.writes import Follower, Tenure  # noqa: E402

ONE = Tenure("node1", 10.0, 20.0, 5)
TWO = Tenure("node2", 21.0, 30.0, 5)
GONE = Release("node1", 20.5, "unmounted", 0.2)


def first(seed: int, count: int, kinds=()) -> list:
    return list(itertools.islice(plan.steps(seed, kinds), count))


def test_a_seed_gives_the_same_faults_again(host):
    assert first(7, 60) == first(7, 60)
    assert first(7, 60) != first(8, 60)


def test_every_kind_of_fault_comes_once_the_deck_is_dealt(host):
    assert {step.kind for step in first(3, sum(plan.DECK.values()))} == set(KINDS) == set(plan.DECK)
    assert {step.phase for step in first(3, 25) if step.kind == "kill-agent"} == set(plan.PHASES)
    assert {step.kind for step in first(3, 30, plan.QUICK)} == set(plan.QUICK) <= set(KINDS)


def test_a_node_that_let_go_before_the_other_wrote_passes(host):
    assert judge([ONE, TWO], [GONE]) == []
    assert judge([ONE], []) == []


def test_a_node_that_had_not_let_go_is_told(host):
    for releases in ([], [Release("node2", 20.5, "unmounted", 0.2)], [Release("node1", 22.0, "fenced", 0.2)],
                     [Release("node1", 9.0, "unmounted", 0.2)]):
        [line] = judge([ONE, TWO], releases)
        assert "node1" in line and "had not let go" in line, line


def test_a_late_write_of_the_old_node_is_told(host):
    late = Tenure("node1", 25.0, 25.0, 1)
    found = judge([ONE, TWO._replace(last=24.9), late, TWO._replace(first=25.1)], [GONE])
    assert len(found) == 2, found


def test_a_trace_is_followed_as_it_grows_even_by_parts_of_lines(host):
    path = host.directory / "growing.trace"
    path.write_text('1@1.000000:bdrv_open_common bs 0xb filename "/d/x.raw" flags 0x2 format_name "raw"\n', encoding="ascii")
    follower = Follower(path, "node1", pathlib.Path("/d/x.raw"))
    assert follower.more() == []
    with open(path, "a", encoding="ascii") as trace:
        trace.write("1@2.000000:blk_co_pwritev blk 0x1 bs 0xb offset 40")
        trace.flush()
        assert follower.more() == []
        trace.write("96 bytes 512 flags 0x0\n")
    assert [(row.time, row.offset, row.size) for row in follower.more()] == [(2.0, 4096, 512)]
    follower.close()
