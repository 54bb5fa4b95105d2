# SPDX-License-Identifier: GPL-2.0-or-later
"""What a stop left on a node fails the run, though its case was over; what a power loss left does not."""

import time
from unittest import mock

from lab import each
from lab.ground import Ground, LeftBehind
from runner import workers
from runner.cases import Case
from runner.report import Report

LEFT = {"a mapping": "data\t(253:0)", "a mount": "/srv/data", "a mapping of the case's own": "made\t(253:0)"}


class Fixture:
    """A cluster that is found unclean once, after its first case."""

    def __init__(self) -> None:
        self.subject, self._resets = None, 0

    def reset(self) -> None:
        self._resets += 1
        if self._resets == 1:
            raise LeftBehind("node1 still has data")

    def close(self) -> None:
        pass


def test_it_is_a_failure_of_its_own_and_every_case_is_run(_h):
    report = Report()
    cases = [Case(f"file.case{number}", lambda _c: None, (), 5, workers) for number in range(3)]
    with mock.patch.object(workers, "say"):
        workers.run(report, "cluster", cases, Fixture, 1)
    assert report.passed == 3 and report.failed == ["cluster/file.case0 has left something"], report.failed


@each(*LEFT)
def test_it_is_the_stop_s_fault_where_it_is_a_volume_s_and_nobody_was_fenced(_h, what):
    for action in ("", "off"):
        node = mock.Mock(**{"sh.return_value": LEFT[what]})
        cluster = mock.Mock(nodes={"node1": node}, names=["node1"])
        ground = Ground(cluster)
        cluster.power.log = [mock.Mock(began=time.time(), target="node1", action=action)] if action else []
        try:
            ground._clean()  # pylint: disable=protected-access
        except AssertionError as error:
            assert isinstance(error, LeftBehind) == (not action and "own" not in what), (what, action, error)
        else:
            raise AssertionError("it looked clean")
