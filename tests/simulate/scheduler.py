# SPDX-License-Identifier: GPL-2.0-or-later
"""Asks Pacemaker's own scheduler, through crm_simulate, what it would do after given exit codes.

Two nodes, n1 and n2, real fencing configured, one volume.  No cluster runs and nothing is carried out.  It is this host's
Pacemaker that is asked, or a machine's: both have `run`.
"""

import hashlib
import re
import time
from typing import NamedTuple

RESOURCE = "data"
MONITOR_MS = 20000
# Pacemaker's own words for what became of an operation (pcmk_exec_status).
DONE, TIMED_OUT, FAILED = 0, 2, 4
INFINITY = "INFINITY"


class Operation(NamedTuple):
    """One line of a node's history: what was run there and what it answered."""

    node: int
    action: str  # start, stop, monitor, probe, standby (a monitor with role=Stopped)
    code: int
    expected: int
    call: int
    timed_out: bool = False
    ago_s: int = 86400  # how long it is since then


class Setting(NamedTuple):
    """How the cluster is configured, where it is not as usual."""

    clone: bool = False
    fencing: bool = True
    on_fail: str = ""  # of the monitor with role=Stopped
    failure_timeout_s: int = 0


USUAL = Setting()


class Decision(NamedTuple):
    """What the scheduler wants: its word for the volume, and the nodes it would fence."""

    word: str  # "" for leave it, else Start, Stop, Move, Recover, Restart
    where: str
    fenced: frozenset
    text: str


def _fail_count(node: int, since: float) -> str:
    """As the controller counts a start that failed: for ever, with the moment beside it."""
    return "".join(f'<nvpair id="{word}{node}" name="{word}-{RESOURCE}#start_0" value="{value}"/>'
                   for word, value in (("fail-count", INFINITY), ("last-failure", int(since))))


def _node_state(node: int, history: list[Operation], now: float) -> str:
    lines = "".join(_history_line(entry, now) for entry in history if entry.node == node)
    counts = "".join(_fail_count(node, now - entry.ago_s) for entry in history
                     if entry.node == node and entry.action == "start" and entry.code != 0)
    return (f'<node_state id="{node}" uname="n{node}" in_ccm="true" crmd="online" join="member" expected="member">'
            f'<transient_attributes id="{node}"><instance_attributes id="ta{node}">{counts}</instance_attributes>'
            f'</transient_attributes><lrm id="{node}"><lrm_resources>'
            f'<lrm_resource id="{RESOURCE}" class="ocf" provider="luks-ssm" type="volume">{lines}</lrm_resource>'
            f'<lrm_resource id="fence" class="ocf" provider="pacemaker" type="Dummy"/>'
            "</lrm_resources></lrm></node_state>")


def _resource(setting: Setting) -> str:
    on_fail = f' on-fail="{setting.on_fail}"' if setting.on_fail else ""
    meta = f'<nvpair id="mt" name="failure-timeout" value="{setting.failure_timeout_s}s"/>' if setting.failure_timeout_s else ""
    text = (f'<primitive id="{RESOURCE}" class="ocf" provider="luks-ssm" type="volume">'
            f'<meta_attributes id="meta">{meta}</meta_attributes><operations>'
            f'<op id="m1" name="monitor" interval="{MONITOR_MS // 1000}s" timeout="30s"/>'
            f'<op id="m2" name="monitor" interval="60s" timeout="30s" role="Stopped"{on_fail}/>'
            '</operations></primitive>')
    return f'<clone id="{RESOURCE}-clone">{text}</clone>' if setting.clone else text


def cib(history: list[Operation], setting: Setting = USUAL) -> str:
    """A complete CIB; each failed start of the history has its fail count."""
    now = time.time()
    nodes = "".join(_node_state(node, history, now) for node in (1, 2))
    fencing = str(setting.fencing).lower()
    return ('<cib crm_feature_set="3.16.2" validate-with="pacemaker-3.9" epoch="1" num_updates="1" admin_epoch="0" '
            'have-quorum="1" dc-uuid="1"><configuration><crm_config><cluster_property_set id="options">'
            f'<nvpair id="o1" name="stonith-enabled" value="{fencing}"/><nvpair id="o2" name="have-watchdog" value="{fencing}"/>'
            f'<nvpair id="o3" name="stonith-watchdog-timeout" value="{"10s" if setting.fencing else "0"}"/>'
            '</cluster_property_set></crm_config>'
            '<nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes>'
            f'<resources>{_resource(setting)}</resources><constraints/><rsc_defaults><meta_attributes id="defaults">'
            '<nvpair id="d1" name="resource-stickiness" value="100"/></meta_attributes></rsc_defaults>'
            f'</configuration><status>{nodes}</status></cib>')


def _digest(interval_ms: int) -> str:
    """As Pacemaker digests an operation's parameters: without it, the history would count as of another definition."""
    timeout = ' CRM_meta_timeout="30000"' if interval_ms else ""
    return hashlib.md5(f" <parameters{timeout}/>\n".encode(), usedforsecurity=False).hexdigest()


def _history_line(entry: Operation, now: float) -> str:
    operation = "monitor" if entry.action in ("probe", "standby") else entry.action
    interval = {"monitor": MONITOR_MS, "standby": 60000}.get(entry.action, 0)
    status = TIMED_OUT if entry.timed_out else DONE if entry.code == entry.expected else FAILED
    return (f'<lrm_rsc_op id="{RESOURCE}_{entry.node}_{entry.call}" operation_key="{RESOURCE}_{operation}_{interval}" '
            f'operation="{operation}" interval="{interval}" call-id="{entry.call}" rc-code="{entry.code}" '
            f'op-status="{status}" transition-key="{entry.call}:1:{entry.expected}:x" '
            f'transition-magic="{status}:{entry.code};{entry.call}:1:{entry.expected}:x" on_node="n{entry.node}" '
            f'last-rc-change="{int(now - entry.ago_s)}" exec-time="1" queue-time="0" '
            f'op-digest="{_digest(interval)}"/>')


def running_on_1(*later: Operation) -> list[Operation]:
    """n1 has the volume and its monitor is well, n2 was probed and has nothing; then what came later."""
    return [Operation(1, "start", 0, 0, 2), Operation(1, "monitor", 0, 0, 3), Operation(2, "probe", 7, 7, 1), *later]


def decide(side, document: str) -> Decision:
    """What the Pacemaker of this side makes of it."""
    done = side.run(["crm_simulate", "--xml-pipe", "--run"], 60, stdin=document.encode())
    text = done.out + done.err
    summary = text.partition("Transition Summary:")[2].partition("\n\n")[0]
    if not summary and "Transition Summary:" not in text:
        raise AssertionError(f"crm_simulate said: {text}")
    fenced = frozenset(re.findall(r"\* Fence \([^)]*\) '?(n\d)", summary))
    found = re.search(rf"\* (\w+) +{RESOURCE}\S* +\( *([^)]*?) *\)", summary)
    return Decision(found.group(1) if found else "", found.group(2) if found else "", fenced, text)
