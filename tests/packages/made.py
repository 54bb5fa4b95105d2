# SPDX-License-Identifier: GPL-2.0-or-later
"""Packages made once for all cases, of one tarball."""

import functools
import pathlib
import re
import shutil

from lab import apt, releases

TESTS = pathlib.Path(__file__).resolve().parents[1]
PACKAGING = TESTS.parent / "packaging"


def version() -> str:
    return re.search(r"AC_INIT\(\[luks-ssm\],\[([^\]]+)\]\)", (TESTS.parent / "configure.ac").read_text()).group(1)


def differences(name: str, found: list[str]) -> list[str]:
    """What is missing (-) and what is more (+) than in the committed list."""
    wanted = (TESTS / "packages" / name).read_text(encoding="utf-8").splitlines()[1:]
    return [f"-{row}" for row in wanted if row not in found] + [f"+{row}" for row in found if row not in wanted]


@functools.cache
def tarball(h) -> pathlib.Path:
    assert h.builds.build("gcc")
    build = h.builds.directory("gcc")
    result = h.run(["make", "-s", "-C", str(build), "dist"], 120)
    assert result.rc == 0, result.err
    return build / f"luks-ssm-{version()}.tar.xz"


def _run(h, name: str, words: list[str], target: pathlib.Path, pattern: str) -> pathlib.Path:
    """The one package that comes of these words; each build in another place."""
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "DEB_BUILD_OPTIONS": "nocheck",
                   "TMPDIR": str(h.directory / name), "HOME": str(h.directory)}
    (h.directory / name).mkdir(exist_ok=True)
    result = h.run(words, 400, env=environment)
    assert result.rc == 0, (result.out + result.err)[-3000:]
    [path] = [path for path in target.glob(pattern) if "-dbgsym" not in path.name and "-debug" not in path.name]
    return path


def _make(h, script: str, name: str, pattern: str, packaging: pathlib.Path = PACKAGING) -> pathlib.Path:
    target = h.directory / f"{script}-{name}"
    return _run(h, name, [str(packaging / script), str(tarball(h)), str(target)], target, pattern)


@functools.cache
def by_target(h, kind: str) -> pathlib.Path:
    """`make deb` or `make rpm`, as README.md has it."""
    assert tarball(h)
    build, pattern = h.builds.directory("gcc"), f"*.{kind}"
    # What earlier runs have left there.
    for path in (build / "packages").glob(pattern):
        path.unlink()
    return _run(h, f"by-target-{kind}", ["make", "-s", "-C", str(build), kind], build / "packages", pattern)


@functools.cache
def deb_for(h, release: str) -> pathlib.Path:
    """Made in that release's own root directory, with its compiler and its libraries."""
    target = h.directory / f"make-deb-{release}"
    releases.build_deb(release, tarball(h), PACKAGING, target)
    [path] = [path for path in target.glob("*.deb") if "-dbgsym" not in path.name]
    return path


@functools.cache
def deb(h, name: str) -> pathlib.Path:
    release = apt.chosen_release()
    return _make(h, "make-deb", name, "*.deb") if release == apt.host_release() else deb_for(h, release)


def deb_files(h, package: pathlib.Path) -> list[str]:
    rows = h.run(["dpkg-deb", "--contents", str(package)]).out.splitlines()
    return sorted(f"{row.split()[0]} {row.split()[5].removeprefix('.')}" for row in rows)


def deb_depends(h, package: pathlib.Path) -> list[str]:
    """What it needs or asks for, without versions, which change with the libraries; Debian 13 has put t64 behind some names."""
    rows = []
    for name in ("Pre-Depends", "Depends", "Recommends", "Suggests"):
        said = h.run(["dpkg-deb", "--field", str(package), name]).out.strip()
        rows += [f"{name}: {re.sub(r't64$', '', one.split(' (')[0])}" for one in said.split(", ") if one]
    return sorted(rows)


@functools.cache
def rpm(h, name: str) -> pathlib.Path:
    return _make(h, "make-rpm", name, "*.rpm")


@functools.cache
def rpm_later(h) -> pathlib.Path:
    """The next release of the same package."""
    packaging = h.directory / "packaging-later"
    shutil.copytree(PACKAGING, packaging, dirs_exist_ok=True)
    spec = packaging / "rpm" / "luks-ssm.spec"
    text = spec.read_text(encoding="utf-8")
    assert text.count("\nRelease: 1%") == 1
    spec.write_text(text.replace("\nRelease: 1%", "\nRelease: 2%"), encoding="utf-8")
    return _make(h, "make-rpm", "later", "*.rpm", packaging)
