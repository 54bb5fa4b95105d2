# SPDX-License-Identifier: GPL-2.0-or-later
"""The metadata against the schemas that Debian carries, the rules of those it does not, and against what the product promises."""

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


def pacemakers_schema() -> pathlib.Path | None:
    """Pacemaker's copy of the OCF 1.1 schema, which Debian carries from 13 on."""
    found = package_file("pacemaker-common", "usr/share/pacemaker/api")
    schema = found / "ocf-ra-1.1.rng"
    return schema if schema.exists() else None


def children(element, *names: str) -> list[str]:
    """What is wrong with the names of its children, which come in this order; a name with + comes at least once, with * any
    number of times, with ? at most once, and plain ones exactly once."""
    left = [child.tag for child in element]
    for name in names:
        count = 0
        while left and left[0] == name.rstrip("+*?"):
            left.pop(0)
            count += 1
        least, most = {"+": (1, 99), "*": (0, 99), "?": (0, 1)}.get(name[-1], (1, 1))
        if not least <= count <= most:
            return [f"{element.tag} {element.get('name', '')}: {count} of {name}"]
    return [f"{element.tag} {element.get('name', '')}: {left[0]} is too many"] if left else []


def attributes(element, required: set, optional: dict | set = frozenset()) -> list[str]:
    """What is wrong with its attributes; `optional` may say which values each takes."""
    found = set(element.attrib)
    wrong = [f"{element.tag}: no {name}" for name in required - found]
    wrong += [f"{element.tag}: unknown {name}" for name in found - required - set(optional)]
    if isinstance(optional, dict):
        wrong += [f"{element.tag}: {name}={element.get(name)}" for name, values in optional.items()
                  if values and element.get(name, values[0]) not in values]
    return wrong


def violations(root) -> list[str]:
    """Against the rules of the OCF resource agent API 1.1, as its schema and Pacemaker's copy of it have them."""
    boolean = ("0", "1")
    wrong = children(root, "version", "longdesc*", "shortdesc*", "parameters", "actions", "special?")
    wrong += attributes(root, {"name"}, {"version"})
    for described in (*root.iter("longdesc"), *root.iter("shortdesc")):
        wrong += attributes(described, {"lang"})
    for parameter in root.find("parameters"):
        wrong += children(parameter, "deprecated?", "longdesc+", "shortdesc+", "content")
        wrong += attributes(parameter, {"name"}, {"unique-group": (), "unique": boolean, "required": boolean,
                                                  "reloadable": boolean})
        content = parameter.find("content")
        kind = content.get("type")
        if kind not in ("boolean", "string", "integer", "select"):
            wrong.append(f"content of type {kind}")
        wrong += attributes(content, {"type"}, {"default"}) + children(content, *(["option+"] if kind == "select" else []))
        for option in content:
            wrong += attributes(option, {"value"})
    for action in root.find("actions"):
        wrong += attributes(action, {"name", "timeout"}, {"interval", "start-delay", "depth", "role"}) + children(action)
    return wrong


def test_the_rules_of_ocf_1_1_are_kept(host):
    assert violations(ElementTree.fromstring(metadata(host))) == []


def test_each_broken_rule_would_be_seen(host):
    text = metadata(host).decode()
    broken = [('<content type="string"', '<content type="text"'), ('required="1"', 'required="yes"'),
              ('timeout="5s"', 'wait="5s"'), ("<actions>", "<actions/><actions>"), (' lang="en"', ""),
              ("<version>1.1</version>", "")]
    for old, new in broken:
        assert old in text, old
        assert violations(ElementTree.fromstring(text.replace(old, new, 1))), new


def test_pacemakers_schema_accepts_the_metadata_where_debian_has_it(host):
    schema = pacemakers_schema()
    if schema is None:
        print("  Debian 12 has none: its rules are those of the two cases before")
        return
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
