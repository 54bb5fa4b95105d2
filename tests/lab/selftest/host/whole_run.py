# SPDX-License-Identifier: GPL-2.0-or-later
"""What the whole run adds to the short one, as the table of suites says; nothing is run here."""

from unittest import mock

from lab import apt
from runner import suites


def asked(name: str, whole: bool, named: bool = True) -> dict[str, set[str]]:
    """The files whose cases a suite would run, by the label they are told under."""
    found: dict[str, set[str]] = {}
    suite = next(row for row in suites.SUITES if row.name == name)
    builds = mock.Mock()
    context = mock.Mock(suite=name, names=[], builds=builds, jobs=1, whole=whole, named=named)

    def run(_report, lanes):
        for lane in lanes:
            found.setdefault(lane.suite, set()).update(case.name.split(".")[0] for case in lane.cases)
    with mock.patch.object(suites.workers, "run_lanes", run), mock.patch("lab.build"):
        suite.run(mock.Mock(), context)
    return found


def test_names_certificates_and_policy_in_the_jail_are_looked_at_on_the_other_release_too(_h):
    other = f"leaks-machine-{apt.other_release()}"
    found = asked("leaks-machine", True)
    assert set(found) == {"leaks-machine", other}, found
    assert found[other] == {"names", "site"}, found
    assert {"names", "site", "no_trace"} <= found["leaks-machine"], found
    assert set(asked("leaks-machine", False)) == {"leaks-machine"}


def test_all_takes_every_case_of_a_cluster_to_both_releases_and_a_run_of_everything_its_lists(_h):
    other = f"cluster-{apt.other_release()}"
    every = {path.stem for path in (suites.TESTS / "cluster").glob("*.py")}
    assert asked("cluster", True, named=False) == {"cluster": every, other: every}
    assert asked("cluster", True) == {"cluster": every}
    found = asked("cluster", False, named=False)
    assert set(found) == {"cluster", other} and found[other] < found["cluster"] < every, found
