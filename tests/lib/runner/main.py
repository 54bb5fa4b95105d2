# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/run [--all] [--list] [--jobs N] [--release NAME] [--json FILE] [SUITE [NAME…]]: the order of things and the last line."""

import argparse
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from lab import apt, children  # noqa: E402
from runner import ahead, workers  # noqa: E402
from runner.builds import Builds  # noqa: E402
from runner.report import Report, say  # noqa: E402
from runner.suites import SUITES, TESTS, Context, Suite  # noqa: E402


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests/run", description="Runs every test, one suite, or some of its cases.",
        epilog="suites: " + " ".join(suite.name for suite in SUITES))
    parser.add_argument("--all", action="store_true", help="the long suites and forms as well")
    parser.add_argument("--list", action="store_true", help="name the suites and end")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1),
                        help="machines running at the same time")
    parser.add_argument("--json", metavar="FILE", help="the figures of the bench go there as well")
    parser.add_argument("--release", choices=apt.RELEASES, help="what the machines run; the programs for them are "
                        "compiled in that release's root directory on this host")
    parser.add_argument("--no-install", action="store_true", help="do not look for packages")
    parser.add_argument("suite", nargs="?")
    parser.add_argument("name", nargs="*")
    return parser.parse_args()


def _chosen(options: argparse.Namespace) -> list[Suite]:
    if options.suite is None:
        return [suite for suite in SUITES if suite.always or options.all]
    chosen = [suite for suite in SUITES if suite.name == options.suite]
    if not chosen:
        sys.exit(f"tests/run: no suite is called {options.suite}; there are "
                 + " ".join(suite.name for suite in SUITES))
    if options.name and not chosen[0].takes_names:
        sys.exit(f"tests/run: the suite {options.suite} runs as a whole")
    return chosen


def _install(suites: list[Suite]) -> None:
    purposes = sorted({purpose for suite in suites for purpose in suite.needs})
    subprocess.run([str(TESTS / "lib" / "packages"), *purposes], check=True)


def _groups(suites: list[Suite]) -> list[list[Suite]]:
    """In the order of the table, and those together that run at the same time."""
    groups: list[list[Suite]] = []
    for suite in suites:
        host = next((group for group in groups if group[0].name == suite.beside), None)
        if host:
            host.append(suite)
        else:
            groups.append([suite])
    return groups


def _run(report: Report, group: list[Suite], contexts: list[Context]) -> None:
    if len(group) == 1:
        group[0].run(report, contexts[0])
        return
    workers.run_lanes(report, [lane for suite, context in zip(group, contexts) for lane in suite.run.lanes(report, context)])


def _say_seconds(seconds: dict[str, float]) -> None:
    """Where the time of a run of everything went, the longest first."""
    if len(seconds) > 1:
        longest = sorted(seconds.items(), key=lambda item: item[1], reverse=True)
        say("seconds by suite: " + ", ".join(f"{name} {spent:.0f}" for name, spent in longest))


def main() -> int:
    options = _arguments()
    if options.list:
        print("\n".join(suite.name for suite in SUITES))
        return 0
    suites = _chosen(options)
    if options.release:
        os.environ["LAB_RELEASE"] = options.release
    if options.json:
        os.environ["LUKS_SSM_BENCH_JSON"] = os.path.abspath(options.json)
    children.interrupt_on_signals()
    report = Report()
    beside = 0
    seconds: dict[str, float] = {}
    try:
        if not options.no_install:
            _install(suites)
        builds = Builds()
        if options.suite is None:
            beside = ahead.start()
        # The matrix and the benches have a short form for the run of everything.
        whole = options.all or options.suite is not None
        for group in _groups(suites):
            name = " and ".join(suite.name for suite in group)
            say(f"== {name}")
            if group[0].root and os.geteuid() != 0:
                say(f"skipped: {name} {group[0].root}, which only root may")
                continue
            began = time.monotonic()
            _run(report, group, [Context(suite.name, options.name, builds, options.jobs, whole, options.suite is not None)
                                 for suite in group])
            seconds[name] = time.monotonic() - began
    except KeyboardInterrupt:
        say("interrupted")
        report.record("interrupted", False)
    except subprocess.CalledProcessError as error:
        say(f"FAILED {error}")
        report.record("packages", False)
    finally:
        if beside:
            ahead.end(beside)
    _say_seconds(seconds)
    return report.close()


if __name__ == "__main__":
    sys.exit(main())
