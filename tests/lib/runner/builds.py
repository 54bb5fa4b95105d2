# SPDX-License-Identifier: GPL-2.0-or-later
"""Out-of-tree builds of the programs, one directory per variant, kept between runs."""

import fcntl
import hashlib
import os
import pathlib

from lab import apt, children, releases
from lab.image import cache_directory

from .commands import stream
from .report import Report, say

SOURCE = pathlib.Path(__file__).resolve().parents[3]
PREFIX = ["--prefix=/usr", "--sysconfdir=/etc", "--localstatedir=/var"]
VARIANTS = {
    "gcc": ["CC=gcc", "--enable-fatal-warnings"],
    # The user that an installation makes need not exist here; nobody has no rights either.
    "clang": ["CC=clang", "--enable-fatal-warnings", "--with-fetch-user=nobody"],
    "sanitize": ["CC=gcc", "--with-sanitizers=address,undefined"],
    "fuzz": ["CC=clang", "--enable-fuzzers"],
}
# Further programs of a variant, in its directory.
WITHIN = {"helper": "clang"}
# What a variant is made for, where that is not everything.
TARGETS = {"fuzz": ["fuzzers"], "helper": ["luks-ssm-aws", "tests/helper/fetch_key", "tests/cli/luks-ssm", "tests/oracle/sign_lines", "tests/leaks/watch", "tests/leaks/search_files",
                      "tests/leaks/open_key"]}
STEP_LIMIT_S = 900


class Builds:
    """Each variant is built once per run, when something first asks for it."""

    def __init__(self) -> None:
        where = os.environ.get("LUKS_SSM_BUILD_DIR")
        self._base = pathlib.Path(where) if where else \
            cache_directory() / ("build-" + hashlib.sha256(str(SOURCE).encode()).hexdigest()[:12])
        self._done: dict[str, bool] = {}
        self._trees: dict[str, pathlib.Path] = {}
        self._lock = None

    def _hold(self) -> None:
        """Two runs on the same build directories take turns."""
        if self._lock is None:
            self._base.mkdir(parents=True, exist_ok=True)
            self._lock = open(self._base / "lock", "w", encoding="ascii")
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say(f"waiting for another run to release {self._base}")
                fcntl.flock(self._lock, fcntl.LOCK_EX)

    def directory(self, variant: str) -> pathlib.Path:
        return self._base / WITHIN.get(variant, variant)

    def build(self, variant: str) -> bool:
        """Configure if that was not done, and make; False if either fails."""
        if variant not in self._done:
            self._hold()
            self._done[variant] = self._configure(variant) and self._make(variant)
        return self._done[variant]

    def _configure(self, variant: str) -> bool:
        directory = self.directory(variant)
        directory.mkdir(parents=True, exist_ok=True)
        configure = SOURCE / "configure"
        if not configure.exists() and stream(["./autogen.sh"], SOURCE, STEP_LIMIT_S) != 0:
            return False
        stamp = directory / "configured-with"
        arguments = VARIANTS[WITHIN.get(variant, variant)]
        wanted = " ".join(arguments)
        if (directory / "config.status").exists() and stamp.exists() \
                and stamp.read_text(encoding="utf-8") == wanted:
            return True
        if stream([str(configure), "-q", *PREFIX, *arguments], directory,
                  STEP_LIMIT_S) != 0:
            return False
        stamp.write_text(wanted, encoding="utf-8")
        return True

    def _make(self, variant: str) -> bool:
        jobs = f"-j{os.cpu_count() or 2}"
        targets = TARGETS.get(variant, [])
        return stream(["make", "-s", jobs, *targets], self.directory(variant), STEP_LIMIT_S) == 0

    def tree(self, release: str | None = None) -> pathlib.Path | None:
        """What `make install` puts on a machine of a release; LUKS_SSM_TREE names one that is ready for the chosen one."""
        ready = os.environ.get("LUKS_SSM_TREE")
        if ready and release is None:
            return pathlib.Path(ready)
        release = apt.chosen_release(release)
        if release not in self._trees:
            target = children.directory() / f"tree-{release}"
            if release != apt.host_release():
                say(f"compiling for {release} in {releases.how()} on this host")
                self._trees[release] = releases.build_tree(release, SOURCE, target)
            elif self.build("gcc") and stream(["make", "-s", "install", f"DESTDIR={target}"], self.directory("gcc"),
                                              STEP_LIMIT_S) == 0:
                self._trees[release] = target
        return self._trees.get(release)


def build_suite(variant: str):
    """The suite that builds one variant: one case, no warning allowed."""
    def run(report: Report, context) -> None:
        good = context.builds.build(variant)
        say(f"{'ok    ' if good else 'FAILED'} build-{variant}")
        report.record(f"build-{variant}", good)
    return run


