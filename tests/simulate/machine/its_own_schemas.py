# SPDX-License-Identifier: GPL-2.0-or-later
"""The agent's meta-data as the Pacemaker and the pcs of the machine's release judge and read it."""

import xml.etree.ElementTree as ElementTree

from lab import limit

# What pcs shows is what it would write into the configuration.
NEVER_WRITTEN = ("meta-data", "validate-all")
NAME = "ocf:luks-ssm:volume"
PACEMAKER, PCS = "/usr/share/pacemaker/api/ocf-ra-1.1.rng", "/usr/share/pcs/data/ocf-1.1.rng"


def accepted(m, schema: str, text: str) -> bool:
    done = m.run(["xmllint", "--noout", "--relaxng", schema, "-"], stdin=text.encode())
    assert done.rc in (0, 3), done
    return done.rc == 0


def metadata(m) -> str:
    result = m.agent("meta-data")
    assert result.rc == 0, result
    return result.out


def judged(m, schema: str) -> None:
    text = metadata(m)
    assert accepted(m, schema, text)
    assert not accepted(m, schema, text.replace("<parameters>", "<parameters><surprise/>", 1)), "it would let anything through"


def test_pacemakers_schema_accepts_the_metadata_where_the_release_has_it(m):
    if m.run(["test", "-e", PACEMAKER]).rc != 0:
        print(f"  this release has no {PACEMAKER}", flush=True)
        return
    judged(m, PACEMAKER)


def test_pcs_schema_accepts_the_metadata(m):
    judged(m, PCS)


@limit(180)
def test_pcs_and_crm_resource_read_every_parameter_and_action_out_of_it(m):
    root = ElementTree.fromstring(metadata(m))
    told = m.run(["pcs", "resource", "describe", NAME, "--full"], 120)
    assert told.rc == 0 and told.err.strip() == "", told
    assert m.run(["crm_resource", "--show-metadata", NAME], 60, check=True).out.strip() == metadata(m).strip()
    for kind in ("parameter", "action"):
        for element in root.iter(kind):
            if element.get("name") in NEVER_WRITTEN:
                continue
            # Longer names are in the text as well: device_wait says nothing of device.
            assert f"\n  {element.get('name')}" in told.out, (kind, element.attrib, told.out)
