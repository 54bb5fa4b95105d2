# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of suites.  To add one: write a row.  A row whose directory is missing is a failure."""

import os
import pathlib
from typing import Callable, Iterator, NamedTuple

from lab import apt, children

from . import cases, workers
from .builds import SOURCE, build_suite
from .commands import counted, step
from .fixtures import ClusterFixture, HostFixture, MachineFixture
from .report import Report, say

TESTS = SOURCE / "tests"


class Suite(NamedTuple):
    """A name on the command line; `always` rows run when none is named, the others with --all."""

    name: str
    run: Callable
    needs: tuple  # purposes of tests/lib/packages
    always: bool = True
    takes_names: bool = False
    root: str = ""  # why nobody else can run it
    beside: str = ""  # of one machine as well: the two are run at the same time


def _check(variant: str, target: str = "check"):
    def run(report: Report, context) -> None:
        if not context.builds.build(variant):
            report.record(f"build-{variant}", False)
            return
        counted(report, context.suite, ["make", "-s", f"-j{os.cpu_count() or 2}", target],
                context.builds.directory(variant), 900,
                {"ASAN_OPTIONS": "detect_leaks=1", "UBSAN_OPTIONS": "halt_on_error=1"})
    return run


def _target(variant: str, target: str, limit_s: float):
    """A target of make that prints PASS and FAIL as make check does."""
    def run(report: Report, context) -> None:
        if not context.builds.build(variant):
            report.record(f"build-{variant}", False)
            return
        counted(report, context.suite, ["make", "-s", target], context.builds.directory(variant),
                limit_s)
    return run


def _distcheck(report: Report, context) -> None:
    if not context.builds.build("gcc"):
        report.record("build-gcc", False)
        return
    step(report, "distcheck", ["make", "-s", "distcheck"], context.builds.directory("gcc"), 1800)


def _script(path: str, limit_s: float = 600, programs: bool = False):
    """A suite of its own making: an executable that takes names and counts its tests.

    With `programs` it finds the build directory in LUKS_SSM_BUILD and the helper in LUKS_SSM_AWS.
    """
    def run(report: Report, context) -> None:
        environment = {}
        if programs:
            if not context.builds.build("gcc"):
                report.record("build-gcc", False)
                return
            build = context.builds.directory("gcc")
            environment = {"LUKS_SSM_BUILD": str(build), "LUKS_SSM_AWS": str(build / "luks-ssm-aws")}
        counted(report, context.suite, [str(TESTS / path), *context.names], SOURCE, limit_s,
                environment)
    return run


def _helper(directory: str):
    """luks-ssm-aws against the emulator on this host's loopback, as root and as an ordinary user alike."""
    def run(report: Report, context) -> None:
        if not context.builds.build("helper"):
            report.record("build-helper", False)
            return
        counted(report, context.suite, [str(TESTS / directory / "run"), *context.names], SOURCE, 900,
                {"BUILD_DIRECTORY": str(context.builds.directory("helper"))})
    return run


def _oracle(report: Report, context) -> None:
    """The signer against botocore, ten thousand random requests."""
    if not context.builds.build("helper"):
        report.record("build-helper", False)
        return
    counted(report, context.suite, [str(TESTS / "oracle" / "run"), *context.names], SOURCE, 600,
            {"BUILD_DIRECTORY": str(context.builds.directory("helper"))})


def _fuzz(report: Report, context) -> None:
    """Five seconds for each target; tests/fuzz --hours N is the long form."""
    if not context.builds.build("fuzz"):
        report.record("build-fuzz", False)
        return
    counted(report, context.suite, [str(TESTS / "fuzz"), *context.names], SOURCE, 1800,
            {"LUKS_SSM_FUZZ_BUILD": str(context.builds.directory("fuzz"))})


def _find(report: Report, context, directory: pathlib.Path) -> list:
    try:
        found = cases.find(directory)
    except Exception as error:  # pylint: disable=broad-except
        say(f"FAILED {context.suite}: its files cannot be loaded: {error!r}")
        report.record(f"{context.suite}: its files cannot be loaded", False)
        return []
    chosen = [case for case in cases.select(found, context.names)
              if context.whole or not case.is_long]
    if not chosen:
        what = "has no such case: " + " ".join(context.names) if found else "has no cases"
        say(f"FAILED {context.suite} {what}")
        report.record(f"{context.suite} {what}", False)
    return chosen


def _host(directory: str, programs: bool = True):
    """Cases in Python files, called with a fixtures.Host."""
    def run(report: Report, context) -> None:
        chosen = _find(report, context, TESTS / directory)
        tree = context.builds.tree() if programs and chosen else None
        if programs and chosen and tree is None:
            report.record("build-gcc", False)
            return
        if chosen:
            workers.run(report, context.suite, chosen,
                        lambda: HostFixture(context.builds, tree), 1)
    return run


def _machine(directory: str, programs: bool = True, alone: bool = False, systemd: bool = False, other: tuple = ()):
    """Cases in Python files, called with a lab.Machine; `alone` ones are never run two at once.

    Those of the files named by `other` are run on the other release, too, in the whole form.
    """
    def run(report: Report, context) -> None:
        for lane in lanes(report, context):
            workers.run_lanes(report, [lane])

    def lanes(report: Report, context) -> Iterator[workers.Lane]:
        chosen = _find(report, context, TESTS / directory)
        if chosen:
            yield from _lane(report, context, context.suite, chosen, None)
        there = [case for case in chosen if context.whole and case.name.split(".")[0] in other]
        if there:
            release = apt.other_release()
            yield from _lane(report, context, f"{context.suite}-{release}", there, release)

    def _lane(report: Report, context, label: str, chosen: list, release: str | None) -> Iterator[workers.Lane]:
        tree = context.builds.tree(release) if programs else None
        if programs and tree is None:
            report.record(f"build for {label}", False)
            return
        from lab import build
        build(release)
        yield workers.Lane(label, chosen, lambda: MachineFixture(context.builds, tree, programs, systemd, release),
                           1 if alone else context.jobs)
    run.lanes = lanes
    return run


def _bench(report: Report, context) -> None:
    """What needs no machine, then the rest in one; the whole form has some more."""
    host, machine, more = (cases.select(cases.find(TESTS / directory), context.names)
                           for directory in ("bench/host", "bench", "bench/long"))
    if host:
        workers.run(report, context.suite, host, lambda: HostFixture(context.builds, None), 1)
    if machine or not host and not more:
        _bench_machine(report, context, "bench")
    if context.whole and more:
        _bench_machine(report, context, "bench/long")


def _bench_machine(report: Report, context, directory: str) -> None:
    """Without KVM the machine's clock counts instructions: ordinary emulation flatters long programs."""
    from lab import accel
    before = os.environ.get("LAB_ACCEL")
    if not before and not accel.usable():
        os.environ["LAB_ACCEL"] = "count"
    try:
        _machine(directory, alone=True)(report, context)
    finally:
        if not before:
            os.environ.pop("LAB_ACCEL", None)


def _bench_cluster(report: Report, context) -> None:
    """The benches that need a cluster, in their shortest form; by hand they take more rounds."""
    for name, words in (("failover", ["--rounds", "1"]), ("at_once", [])):
        if not context.names or name in context.names:
            counted(report, f"{context.suite}/{name}", [str(TESTS / "bench" / name), *words], SOURCE, 3600)


def _core(path: pathlib.Path) -> list[str]:
    """The names in a list of cases; lines that begin with # are for people."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _cluster(report: Report, context) -> None:
    """Cases called with a lab.ground.Ground, on two releases when it is one of all: every case, or the lists of tests/cluster."""
    if context.named:
        _clusters(report, context, context.suite, None)
        return
    other = apt.other_release()
    for label, release, core in ((context.suite, None, "core"), (f"{context.suite}-{other}", other, "core-other")):
        context.names = [] if context.whole else _core(TESTS / "cluster" / core)
        _clusters(report, context, label, release)


def _clusters(report: Report, context, label: str, release: str | None) -> None:
    chosen = _find(report, context, TESTS / "cluster")
    tree = context.builds.tree(release) if chosen else None
    if chosen and tree is None:
        report.record(f"build for {label}", False)
        return
    # A file may ask for other fencing than the power switch, or for more nodes than two, and so for a cluster of its own.
    for kind in sorted({_kind(case) for case in chosen}):
        # One cluster at a time: its nodes are two machines already.
        workers.run(report, label, [case for case in chosen if _kind(case) == kind],
                    lambda kind=kind: ClusterFixture(tree, release, *kind), 1)


def _kind(case) -> tuple[str, int]:
    return getattr(case.module, "FENCING", "lab"), getattr(case.module, "NODES", 2)


def _demo(report: Report, context) -> None:
    """The main job as a person sees it, on one machine and on two."""
    chart = children.directory() / "demo.svg"
    if not context.names or "one" in context.names:
        step(report, "demo/one", [str(TESTS / "demo"), "--one"], SOURCE, 1800)
    if not context.names or "two" in context.names:
        step(report, "demo/two", [str(TESTS / "demo"), "--svg", str(chart)], SOURCE, 1800)
        report.record("demo/two draws its timeline", chart.is_file() and chart.stat().st_size > 0)


SUITES = [
    Suite("build-gcc", build_suite("gcc"), ("build",)),
    Suite("build-clang", build_suite("clang"), ("build",)),
    Suite("check", _check("gcc"), ("build",)),
    # What runs code of ours; the style of the sources was judged by check.
    Suite("sanitize", _check("sanitize", "check-programs"), ("build",)),
    Suite("fuzz", _fuzz, ("build",), takes_names=True),
    Suite("agent", _host("agent"), ("build", "emulator"), takes_names=True),
    Suite("simulate", _host("simulate", programs=False), ("build", "emulator", "simulate"), takes_names=True),
    # The same of the Pacemaker and the pcs of each Debian.
    Suite("simulate-machine", _machine("simulate/machine", other=("its_own_pacemaker", "its_own_schemas")),
          ("build", "lab", "emulator"), always=False, takes_names=True),
    Suite("emulator", _script("emulator/run"), ("emulator",), takes_names=True),
    Suite("oracle", _oracle, ("build", "emulator"), takes_names=True),
    # Debian 13's botocore itself, whatever the host runs: make check asks it on that release alone.
    Suite("oracle-anew", _host("oracle", programs=False), ("lab", "emulator"), always=False, takes_names=True),
    Suite("helper", _helper("helper"), ("build", "emulator", "container"), takes_names=True),
    Suite("cli", _helper("cli"), ("build", "emulator", "host"), takes_names=True),
    Suite("leaks", _helper("leaks"), ("build", "emulator", "host"), takes_names=True,
          root="looks into the memory of processes that are undumpable"),
    Suite("lab-host", _host("lab/selftest/host", programs=False), ("emulator",), takes_names=True),
    Suite("lab", _machine("lab/selftest", programs=False), ("lab", "emulator"), takes_names=True),
    Suite("examples", _host("examples"), ("build", "emulator", "shells"), takes_names=True),
    Suite("examples-machine", _machine("examples/machine"),
          ("build", "lab", "emulator"), takes_names=True),
    Suite("packages", _host("packages"), ("build", "emulator", "packaging"), takes_names=True),
    Suite("article", _machine("article", alone=True, systemd=True), ("build", "lab", "emulator"), takes_names=True),
    Suite("packages-machine", _machine("packages/machine", programs=False, alone=True, systemd=True),
          ("build", "packaging", "lab", "emulator"), takes_names=True, beside="article"),
    Suite("kernel", _machine("kernel"), ("build", "lab", "emulator"), takes_names=True),
    Suite("systemd", _machine("systemd", alone=True, systemd=True), ("build", "lab", "emulator"), always=False, takes_names=True),
    Suite("matrix", _machine("matrix"), ("build", "lab", "emulator"), takes_names=True),
    Suite("cluster", _cluster, ("build", "lab", "emulator"), takes_names=True),
    Suite("demo", _demo, ("build", "lab", "emulator"), always=False, takes_names=True),
    Suite("bench", _bench, ("build", "lab", "emulator"), takes_names=True),
    Suite("bench-cluster", _bench_cluster, ("build", "lab", "emulator"), always=False, takes_names=True),
    # Names, certificates and OpenSSL's policy are each release's own.
    Suite("leaks-machine", _machine("leaks/machine", other=("names", "site")), ("build", "lab", "emulator"), always=False, takes_names=True),
    Suite("ocft", _machine("ocft"), ("build", "lab", "emulator"), always=False, takes_names=True),
    Suite("distcheck", _distcheck, ("build",), always=False),
    Suite("valgrind", _target("gcc", "check-valgrind", 1800), ("build",), always=False),
]


class Context:
    """What a suite's run gets: its name, the names asked for, the builds, how many machines."""

    def __init__(self, suite: str, names: list[str], builds, jobs: int, whole: bool, named: bool = True) -> None:
        self.suite = suite
        self.names = names
        self.builds = builds
        self.jobs = jobs
        # Suites that have a short form (matrix, bench) run the long one.
        self.whole = whole
        # Asked for by its name, not one of all.
        self.named = named
        os.environ["LUKS_SSM_WHOLE"] = "1" if whole else ""
