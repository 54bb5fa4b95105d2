# SPDX-License-Identifier: GPL-2.0-or-later
"""crmsh loads cluster-examples/single-volume.crm, and it means what the pcs example means."""

import node
import readme_text
from lab import limit


@limit(180)
def test_crmsh_loads_the_example(m):
    node.empty_cib(m)
    m.push(readme_text.EXAMPLES / "single-volume.crm", "/root/single-volume.crm")
    # The lab's image keeps nothing below /var/log, not even crmsh's directory.
    m.sh("mkdir -p /var/log/crmsh")
    result = m.run(f"CIB_file={node.CIB} crm --force configure load update "
                   "/root/single-volume.crm", 150)
    m.note(f"{result}")
    # What it says of fencing is the empty configuration's.
    assert result.rc == 0 and "meta-data" not in result.err, result
    made = node.resource(m)
    assert node.parameters(made) == {
        "device": node.DEVICE, "directory": "/srv/data", "ssm_parameter": "/prod/data/luks",
        "region": "eu-central-1"}
    wanted = {row for row in node.advertised(m) if row[0] in ("start", "stop", "monitor")}
    assert node.operations(made) == wanted


@limit(180)
def test_crmsh_reads_the_metadata(m):
    m.sh("mkdir -p /var/log/crmsh")
    result = m.run("crm ra info ocf:luks-ssm:volume", 150)
    assert result.rc == 0 and "ERROR" not in result.out + result.err, result
    for name in ("device*", "ssm_parameter*", "force_unmount"):
        assert name in result.out, result.out


def test_its_words_are_those_of_the_command_in_its_head(m):
    text = (readme_text.EXAMPLES / "single-volume.crm").read_text(encoding="utf-8")
    assert "crm configure load update single-volume.crm" in text
