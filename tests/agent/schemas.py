# SPDX-License-Identifier: GPL-2.0-or-later
"""The metadata against the schemas that Debian carries, and against what the product promises."""

import pathlib
import subprocess
import xml.etree.ElementTree as ElementTree

from agent_kit import Programs
from lab.image import cache_directory

ADVERTISED = [
    {"name": "start", "timeout": "120s"},
    {"name": "stop", "timeout": "120s"},
    {"name": "monitor", "timeout": "30s", "interval": "20s", "depth": "0"},
    {"name": "monitor", "timeout": "60s", "interval": "120s", "depth": "10"},
    {"name": "reload-agent", "timeout": "20s"},
    {"name": "validate-all", "timeout": "20s"},
    {"name": "meta-data", "timeout": "5s"},
]


def package_file(package: str, inside: str) -> pathlib.Path:
    """A file of a Debian package that need not be installed; fetched once, kept in the cache."""
    unpacked = cache_directory() / "packages" / package
    if not (unpacked / inside).exists():
        unpacked.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "-q", "download", package], cwd=unpacked, check=True,
                       capture_output=True)
        archive = next(unpacked.glob("*.deb"))
        subprocess.run(["dpkg-deb", "-x", str(archive), str(unpacked)], check=True)
    return unpacked / inside


def metadata(host) -> bytes:
    return Programs(host).run("meta-data", instance=None).out.encode()


def test_ocf_testers_own_check_of_the_metadata_passes(host):
    dtd = package_file("resource-agents", "usr/share/resource-agents/ra-api-1.dtd")
    result = host.run(["xmllint", "--noout", "--valid", "-"], stdin=metadata(host), cwd=dtd.parent)
    assert result.rc == 0 and result.err == "", result


def test_pcs_schema_accepts_the_metadata(host):
    schema = package_file("pcs", "usr/share/pcs/data/ocf-1.1.rng")
    result = host.run(["xmllint", "--noout", "--relaxng", str(schema), "-"], stdin=metadata(host))
    assert result.rc == 0, result


def test_what_is_advertised_is_what_pcs_may_write_into_every_configuration(host):
    root = ElementTree.fromstring(metadata(host))
    assert [action.attrib for action in root.iter("action")] == ADVERTISED
    assert root.findtext("version") == "1.1"


def test_required_and_unique_parameters_are_those_of_the_contract(host):
    root = ElementTree.fromstring(metadata(host))
    params = list(root.iter("parameter"))
    required = {p.get("name") for p in params if p.get("required") == "1"}
    assert required == {"device", "directory", "ssm_parameter"}
    groups = {p.get("name"): p.get("unique-group") for p in params if p.get("unique-group")}
    assert groups == {"device": "device", "map_name": "map_name", "directory": "directory"}


def test_every_default_is_shown_where_tools_look_for_it(host):
    root = ElementTree.fromstring(metadata(host))
    defaults = {p.get("name"): p.find("content").get("default") for p in root.iter("parameter")}
    assert defaults["device_wait"] == "30" and defaults["force_unmount"] == "safe"
    assert defaults["previous_versions"] == "1" and defaults["require_secure_string"] == "yes"
    assert all(defaults[name] is None for name in ("device", "directory", "ssm_parameter"))
