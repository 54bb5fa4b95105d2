# SPDX-License-Identifier: GPL-2.0-or-later
"""The Debian package: what is in it, what lintian says, and that the same sources give the same bytes."""

import made
from lab import apt, limit, long


@long
@limit(600)
def test_two_builds_give_the_same_bytes_also_as_a_target_of_make(h):
    second = made.by_target(h, "deb") if apt.chosen_release() == apt.host_release() else made.deb(h, "second")
    assert made.deb(h, "first").read_bytes() == second.read_bytes()


@limit(300)
def test_lintian_finds_nothing(h):
    result = h.run(["lintian", "--fail-on", "warning,error", str(made.deb(h, "first"))], 280)
    assert (result.rc, result.out) == (0, ""), result.out


@limit(300)
def test_its_files_are_those_of_the_list(h):
    assert made.differences("deb-files", made.deb_files(h, made.deb(h, "first"))) == []


@limit(300)
def test_it_depends_on_what_the_list_says(h):
    assert made.differences("deb-depends", made.deb_depends(h, made.deb(h, "first"))) == []


@limit(300)
def test_its_version_is_the_program_s(h):
    said = h.run(["dpkg-deb", "--field", str(made.deb(h, "first")), "Version"]).out.strip()
    assert said.split("-")[0] == made.version()


@long
@limit(1800)
def test_it_is_built_on_and_for_the_other_release_too(h):
    other = apt.other_release(apt.host_release())
    package = made.deb_for(h, other)
    assert made.differences("deb-files", made.deb_files(h, package)) == []
    assert made.differences("deb-depends", made.deb_depends(h, package)) == []
    # Debian 13 has renamed those whose time_t grew.
    needs = h.run(["dpkg-deb", "--field", str(package), "Depends"]).out
    assert ("t64 " in needs) == (other == "trixie"), needs
