# SPDX-License-Identifier: GPL-2.0-or-later
"""Asks Pacemaker's own scheduler, through crm_simulate, what it would do after given exit codes.

Two nodes, n1 and n2, real fencing configured, one volume.  No cluster runs and nothing is carried out.
"""

import hashlib
import pathlib
import re
import subprocess
from typing import NamedTuple

RESOURCE = "data"
MONITOR_MS = 20000
# Pacemaker's own words for what became of an operation (pcmk_exec_status): 0 done, 4 error.
DONE, FAILED = 0, 4


class Operation(NamedTuple):
    """One line of a node's history: what was run there and what it answered."""

    node: int
    action: str  # start, stop, monitor, probe, standby (a monitor with role=Stopped)
    code: int
    expected: int
    call: int


class Decision(NamedTuple):
    """What the scheduler wants: its word for the volume, and the nodes it would fence."""

    word: str  # "" for leave it, else Start, Stop, Move, Recover, Restart
    where: str
    fenced: frozenset
    text: str


def cib(history: list[Operation], fails: dict[int, str] | None = None, clone: bool = False) -> str:
    """A complete CIB; FAILS gives a node's fail count for start."""
    nodes = ""
    for node in (1, 2):
        lines = "".join(_history_line(entry) for entry in history if entry.node == node)
        counts = "".join(f'<nvpair id="fail{node}" name="fail-count-{RESOURCE}#start_0" value="{count}"/>'
                         for number, count in (fails or {}).items() if number == node)
        nodes += (f'<node_state id="{node}" uname="n{node}" in_ccm="true" crmd="online" join="member" expected="member">'
                  f'<transient_attributes id="{node}"><instance_attributes id="ta{node}">{counts}</instance_attributes>'
                  f'</transient_attributes><lrm id="{node}"><lrm_resources>'
                  f'<lrm_resource id="{RESOURCE}" class="ocf" provider="luks-ssm" type="volume">{lines}</lrm_resource>'
                  f'<lrm_resource id="fence" class="ocf" provider="pacemaker" type="Dummy"/>'
                  "</lrm_resources></lrm></node_state>")
    volume = (f'<primitive id="{RESOURCE}" class="ocf" provider="luks-ssm" type="volume"><operations>'
              f'<op id="m1" name="monitor" interval="{MONITOR_MS // 1000}s" timeout="30s"/>'
              '<op id="m2" name="monitor" interval="60s" timeout="30s" role="Stopped"/>'
              '</operations></primitive>')
    if clone:
        volume = f'<clone id="{RESOURCE}-clone">{volume}</clone>'
    return ('<cib crm_feature_set="3.16.2" validate-with="pacemaker-3.9" epoch="1" num_updates="1" admin_epoch="0" '
            'have-quorum="1" dc-uuid="1"><configuration><crm_config><cluster_property_set id="options">'
            '<nvpair id="o1" name="stonith-enabled" value="true"/><nvpair id="o2" name="have-watchdog" value="true"/>'
            '<nvpair id="o3" name="stonith-watchdog-timeout" value="10s"/></cluster_property_set></crm_config>'
            '<nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes>'
            f'<resources>{volume}</resources><constraints/><rsc_defaults><meta_attributes id="defaults">'
            '<nvpair id="d1" name="resource-stickiness" value="100"/></meta_attributes></rsc_defaults>'
            f'</configuration><status>{nodes}</status></cib>')


def _digest(interval_ms: int) -> str:
    """As Pacemaker digests an operation's parameters: without it, the history would count as of another definition."""
    timeout = ' CRM_meta_timeout="30000"' if interval_ms else ""
    return hashlib.md5(f" <parameters{timeout}/>\n".encode(), usedforsecurity=False).hexdigest()


def _history_line(entry: Operation) -> str:
    operation = "monitor" if entry.action in ("probe", "standby") else entry.action
    interval = {"monitor": MONITOR_MS, "standby": 60000}.get(entry.action, 0)
    status = DONE if entry.code == entry.expected else FAILED
    return (f'<lrm_rsc_op id="{RESOURCE}_{entry.node}_{entry.call}" operation_key="{RESOURCE}_{operation}_{interval}" '
            f'operation="{operation}" interval="{interval}" call-id="{entry.call}" rc-code="{entry.code}" '
            f'op-status="{status}" transition-key="{entry.call}:1:{entry.expected}:x" '
            f'transition-magic="{status}:{entry.code};{entry.call}:1:{entry.expected}:x" on_node="n{entry.node}" '
            'last-rc-change="1700000000" exec-time="1" queue-time="0" '
            f'op-digest="{_digest(interval)}"/>')


def running_on_1(*later: Operation) -> list[Operation]:
    """n1 has the volume and its monitor is well, n2 was probed and has nothing; then what came later."""
    return [Operation(1, "start", 0, 0, 2), Operation(1, "monitor", 0, 0, 3), Operation(2, "probe", 7, 7, 1), *later]


def decide(directory: pathlib.Path, document: str) -> Decision:
    path = directory / "cib.xml"
    path.write_text(document, encoding="utf-8")
    done = subprocess.run(["crm_simulate", "--xml-file", str(path), "--run"], capture_output=True, text=True,
                          timeout=60, check=False)
    text = done.stdout + done.stderr
    summary = text.partition("Transition Summary:")[2].partition("\n\n")[0]
    if not summary and "Transition Summary:" not in text:
        raise AssertionError(f"crm_simulate said: {text}")
    fenced = frozenset(re.findall(r"\* Fence \([^)]*\) '?(n\d)", summary))
    found = re.search(rf"\* (\w+) +{RESOURCE}\S* +\( *([^)]*?) *\)", summary)
    return Decision(found.group(1) if found else "", found.group(2) if found else "", fenced, text)
