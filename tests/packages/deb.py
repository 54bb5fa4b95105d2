# SPDX-License-Identifier: GPL-2.0-or-later
"""The Debian package: what is in it, what lintian says, and that the same sources give the same bytes."""

import made
from lab import limit


@limit(600)
def test_two_builds_give_the_same_bytes(h):
    first, second = made.deb(h, "first"), made.deb(h, "second")
    assert first.read_bytes() == second.read_bytes()


@limit(300)
def test_lintian_finds_nothing(h):
    result = h.run(["lintian", "--fail-on", "warning,error", str(made.deb(h, "first"))], 280)
    assert (result.rc, result.out) == (0, ""), result.out


@limit(300)
def test_its_files_are_those_of_the_list(h):
    rows = h.run(["dpkg-deb", "--contents", str(made.deb(h, "first"))]).out.splitlines()
    found = sorted(f"{row.split()[0]} {row.split()[5].removeprefix('.')}" for row in rows)
    assert made.differences("deb-files", found) == []


@limit(300)
def test_its_version_is_the_program_s(h):
    said = h.run(["dpkg-deb", "--field", str(made.deb(h, "first")), "Version"]).out.strip()
    assert said.split("-")[0] == made.version()
