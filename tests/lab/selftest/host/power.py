# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's fence agent and its power switch: every action, its exit code, and who is not listened to."""

import pathlib
import xml.etree.ElementTree

from lab.fencing import PowerSwitch

AGENT = pathlib.Path(__file__).resolve().parents[2] / "guest" / "fence_lab"


class Plug:
    """Stands for a machine."""

    def __init__(self) -> None:
        self.did: list[str] = []

    def power_off(self) -> None:
        self.did.append("off")

    def power_on(self) -> None:
        self.did.append("on")

    def powered(self) -> bool:
        return not self.did or self.did[-1] == "on"


def fence(host, switch, **options):
    given = {"ip": "127.0.0.1", "ipport": switch.port, "token": switch.token, **options}
    return host.run(["/usr/bin/python3", "-I", str(AGENT)],
                    stdin="".join(f"{name}={value}\n" for name, value in given.items()).encode())


def test_each_action_switches_and_says_so(host):
    plug = Plug()
    switch = PowerSwitch({"node1": plug})
    try:
        codes = [fence(host, switch, action=action, plug="node1").rc
                 for action in ("status", "off", "status", "on", "reboot", "status", "monitor", "list")]
        assert codes == [0, 0, 2, 0, 0, 0, 0, 0]
        assert plug.did == ["off", "on", "off", "on"]
        assert fence(host, switch, action="list").out == "node1,\n"
        assert [(row.action, row.target) for row in switch.log] == [("off", "node1"), ("on", "node1"), ("reboot", "node1")]
    finally:
        switch.close()


def test_strangers_and_unknown_plugs_are_refused(host):
    plug = Plug()
    switch = PowerSwitch({"node1": plug})
    try:
        for wrong in ({"token": "guessed"}, {"token": ""}, {"plug": "node9"}, {"plug": ""}, {"action": "explode"}):
            result = fence(host, switch, **{"action": "off", "plug": "node1", **wrong})
            assert result.rc == 1 and "fence_lab:" in result.err, (wrong, result)
        switch.broken = True
        assert fence(host, switch, action="off", plug="node1").rc == 1
        assert plug.did == [] and switch.log == []
    finally:
        switch.close()


def test_the_metadata_names_every_action_the_cluster_asks_for(host):
    text = host.run(["/usr/bin/python3", "-I", str(AGENT), "-o", "metadata"]).out
    root = xml.etree.ElementTree.fromstring(text)
    actions = {row.get("name") for row in root.iter("action")}
    assert {"on", "off", "reboot", "status", "list", "monitor", "metadata", "validate-all"} <= actions
    assert {"plug", "ip", "token"} <= {row.get("name") for row in root.iter("parameter")}
