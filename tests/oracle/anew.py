# SPDX-License-Identifier: GPL-2.0-or-later
"""Botocore's committed answers, made anew and compared in a root directory of the release whose botocore gave them."""

import pathlib

from lab import limit, releases

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"
RELEASE = "trixie"
PACKAGES = ["python3-botocore"]


@limit(1800)
def test_debian_13_s_botocore_resolves_each_case_as_committed(h):
    releases.run_script(RELEASE, PACKAGES, DATA / "credentials" / "anew", h.directory / "credentials")


@limit(1800)
def test_debian_13_s_botocore_makes_the_committed_table_of_endpoints(h):
    releases.run_script(RELEASE, PACKAGES, DATA / "endpoints" / "compare", h.directory / "endpoints")
