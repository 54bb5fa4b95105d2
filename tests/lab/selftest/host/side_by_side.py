# SPDX-License-Identifier: GPL-2.0-or-later
"""Suites that run at the same time: each case is told under its own suite, and what was never run is a failure."""

import os
import time
from unittest import mock

from runner import main, suites, workers
from runner.cases import Case
from runner.report import Report


class Fixture:
    """Nothing, or what kills its worker when it is made."""

    subject = None

    def reset(self) -> None:
        pass

    def close(self) -> None:
        pass

    def details(self) -> str:
        return ""


def dies():
    os._exit(3)  # pylint: disable=protected-access


def ran(*lanes: workers.Lane) -> tuple[int, list[str]]:
    report = Report()
    with mock.patch.object(workers, "say"):
        workers.run_lanes(report, list(lanes))
    return report.passed, sorted(report.failed)


def case(name: str, function) -> Case:
    return Case(name, function, (), 20, workers)


def test_cases_meet_and_are_told_under_their_own_suites(h):
    def met(mine: str, other: str):
        def function(_subject):
            (h.directory / mine).touch()
            until = time.monotonic() + 10
            while not (h.directory / other).exists():
                assert time.monotonic() < until, "the other suite never ran"
                time.sleep(0.02)
        return function

    def fails(_subject):
        raise AssertionError
    assert ran(workers.Lane("one", [case("a", met("1", "2")), case("b", fails)], Fixture, 1),
               workers.Lane("two", [case("a", met("2", "1")), case("b", lambda _s: None)], Fixture, 1)) == (3, ["one/b"])


def test_a_worker_that_dies_fails_its_own_suite_alone(_h):
    assert ran(workers.Lane("one", [case("a", lambda _s: None), case("b", lambda _s: None)], dies, 1),
               workers.Lane("two", [case("a", lambda _s: None)], Fixture, 1)) == (1, ["one/a", "one/b"])


def test_a_suite_is_beside_one_that_has_machines_and_comes_before_it(_h):
    names = [suite.name for suite in suites.SUITES]
    rows = [suite for suite in suites.SUITES if suite.beside]
    assert rows
    for row in rows:
        host = next(suite for suite in suites.SUITES if suite.name == row.beside)
        assert names.index(host.name) < names.index(row.name) and not host.beside
        assert hasattr(row.run, "lanes") and hasattr(host.run, "lanes") and not row.root and not host.root
    groups = main._groups(suites.SUITES)  # pylint: disable=protected-access
    assert sorted(suite.name for group in groups for suite in group) == sorted(names)
    assert len(groups) == len(names) - len(rows)
