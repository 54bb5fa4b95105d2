# SPDX-License-Identifier: GPL-2.0-or-later
"""The benches on a cluster are judged: a bar that is not kept fails the run, one that cannot be judged says why."""

import json
import pathlib
import sys

from lab import each

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "lib"))

import bars  # noqa: E402  pylint: disable=wrong-import-position
from runner.report import Report  # noqa: E402  pylint: disable=wrong-import-position


def setup(_host) -> None:
    # A bar that fails here would read like a case that does.
    bars.say = lambda text: None


@each(({"least": 1}, 1.0, True), ({"least": 1}, 0.99, False), ({"most": 1.5}, 1.504, True), ({"most": 1.5}, 1.51, False),
      ({"least": 4, "unjudged": "too slow a processor"}, 1.2, True), ({"least": 4, "unjudged": ""}, 1.2, False))
def test_a_ratio_passes_or_fails_by_its_bar(host, bar, ratio, good):
    report = Report()
    judge = bars.Bars(report, str(host.directory / "bars.json"))
    judge.hold("this over that", ratio, **bar, rounds=3)
    assert (report.passed, len(report.failed)) == ((1, 0) if good else (0, 1))
    judge.save()
    [row] = json.loads((host.directory / "bars.json").read_text(encoding="utf-8"))
    assert row["ratio"] == round(ratio, 2) and row["rounds"] == 3


def test_what_is_not_judged_is_told_with_its_reason(host):
    report = Report()
    bars.Bars(report, None).hold("this over that", 1.2, least=4, unjudged="bare programs reach 2.00 here")
    assert report.failed == []
    report.record = lambda words, good: report.failed.append((words, good))
    bars.Bars(report, None).hold("this over that", 1.2, least=4, unjudged="bare programs reach 2.00 here")
    assert report.failed == [("this over that: 1.20 (at least 4; not judged: bare programs reach 2.00 here)", True)]
