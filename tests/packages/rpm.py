# SPDX-License-Identifier: GPL-2.0-or-later
"""The RPM package: its files and what it requires, what rpmlint says, and that the same sources give the same bytes."""

import made
from lab import limit, long


@long
@limit(600)
def test_two_builds_give_the_same_bytes_also_as_a_target_of_make(h):
    assert made.rpm(h, "first").read_bytes() == made.by_target(h, "rpm").read_bytes()


@limit(300)
def test_rpmlint_finds_nothing(h):
    result = h.run(["rpmlint", "--strict", "--config", str(made.PACKAGING / "rpm" / "rpmlint.toml"),
                    str(made.rpm(h, "first"))], 280)
    assert result.rc == 0, result.out


@limit(300)
def test_its_files_are_those_of_the_list(h):
    query = ["rpm", "-qp", "--queryformat", "[%{FILEMODES:perms} %{FILENAMES}\\n]", str(made.rpm(h, "first"))]
    assert made.differences("rpm-files", sorted(h.run(query).out.splitlines())) == []


@limit(300)
def test_it_requires_what_the_list_says(h):
    rows = h.run(["rpm", "-qp", "--requires", str(made.rpm(h, "first"))]).out.splitlines()
    # The symbols' versions change with the libraries it was built against; their names do not.
    found = sorted({row.split("(")[0] if ".so" in row else row for row in rows if not row.startswith("rpmlib(")})
    assert made.differences("rpm-requires", found) == []


@limit(300)
def test_its_version_is_the_program_s(h):
    assert h.run(["rpm", "-qp", "--queryformat", "%{VERSION}", str(made.rpm(h, "first"))]).out == made.version()
