# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/cluster/soak --minutes N --seed S: random faults against a cluster, data and exclusion judged throughout."""

import argparse
import itertools
import json
import os
import pathlib
import sys
import time

TESTS = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTS), str(TESTS / "lib")]
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from lab import apt, children, timeline  # noqa: E402
from runner.builds import Builds  # noqa: E402
from runner.fixtures import ClusterFixture  # noqa: E402
from runner.report import Report, say  # noqa: E402
from soak import plan  # noqa: E402
from soak.figures import chart, figures, summary  # noqa: E402
from soak.soak import PROBLEMS, Soak  # noqa: E402


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/cluster/soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="no fault begins later; the last one is finished")
    parser.add_argument("--seed", type=int, help="the same seed gives the same faults in the same order; random if none")
    parser.add_argument("--replay", type=int, metavar="STEP", help="up to that step of the seed, however long it takes")
    parser.add_argument("--from-step", type=int, default=1, metavar="STEP", help="leave out what comes before")
    parser.add_argument("--only", action="append", default=[], choices=sorted(plan.DECK), help="only such faults")
    parser.add_argument("--list", type=int, metavar="N", help="print the first N faults of the seed and end")
    parser.add_argument("--release", choices=apt.RELEASES, help="what the machines run")
    parser.add_argument("--svg", default="luks-ssm-soak.svg", help="where the timeline goes")
    parser.add_argument("--json", help="the figures go there as well")
    parser.add_argument("--logs", help="a directory for both nodes' journals of each failed fault")
    return parser.parse_args()


def _run(options: argparse.Namespace, report: Report, soak: Soak) -> None:
    soak.start()
    deadline = time.monotonic() + options.minutes * 60
    for step in plan.steps(options.seed, tuple(options.only)):
        if step.number < options.from_step:
            continue
        if step.number > options.replay if options.replay else time.monotonic() > deadline:
            break
        report.record(f"step {step.number} {step.kind}", not soak.run(step).wrong)
    report.record("the whole run", not soak.finish())


def _tell(options: argparse.Namespace, soak: Soak) -> None:
    found = {"seed": options.seed, "release": apt.chosen_release(), **figures(soak)}
    say("\n".join([f"seed {options.seed} on {found['release']}", *summary(found)]))
    title = (f"Soak with seed {options.seed} on {found['release']}: {found['faults']} faults in {found['minutes']:.0f} "
             f"minutes, {found['violations']} violations")
    timeline.write_svg(pathlib.Path(options.svg), [chart(soak, title)])
    say(f"timeline: {os.path.abspath(options.svg)}")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    options = _arguments()
    if options.seed is None:
        options.seed = int.from_bytes(os.urandom(3), "big")
    if options.list:
        for step in itertools.islice(plan.steps(options.seed, tuple(options.only)), options.list):
            print(step.describe())
        return 0
    if options.release:
        os.environ["LAB_RELEASE"] = options.release
    children.interrupt_on_signals()
    report, soak, fixture = Report(), None, None
    try:
        fixture = ClusterFixture(Builds().tree())
        soak = Soak(fixture.subject, say, pathlib.Path(options.logs) if options.logs else None)
        say(f"seed {options.seed}, {options.minutes:g} minutes")
        _run(options, report, soak)
    except KeyboardInterrupt:
        report.record("interrupted", False)
    except PROBLEMS as error:
        report.record(f"the cluster is beyond repair: {error}", False)
    finally:
        if soak is not None and soak.done:
            _tell(options, soak)
        if fixture is not None:
            fixture.close()
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
