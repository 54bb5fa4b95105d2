# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the resource agent inside a machine as Pacemaker's executor does."""

import pathlib
from typing import NamedTuple

from .channel import Process

OCF_ROOT = "/usr/lib/ocf"
AGENT = f"{OCF_ROOT}/resource.d/luks-ssm/volume"
PREFIX = "ocf-exit-reason:"
# What the agent's own metadata advertises, in seconds.
TIMEOUT_S = {"start": 120, "stop": 120, "monitor": 30, "status": 30, "reload-agent": 20,
             "validate-all": 20, "meta-data": 5}
MONITOR_INTERVAL_S = 20


class AgentResult(NamedTuple):
    """An action's end; reason is the text of its last ocf-exit-reason line, or empty."""

    rc: int
    reason: str
    out: str
    err: str
    seconds: float


class AgentProcess:
    """An action under way."""

    def __init__(self, machine, process: Process, timeout_s: float) -> None:
        self._machine = machine
        self.process = process
        self.timeout_s = timeout_s

    @property
    def pid(self) -> int:
        return self.process.pid

    def running(self) -> bool:
        return self.process.running()

    def kill(self, number: int = 9, group: bool = True) -> None:
        """By default as the executor does at a timeout: SIGKILL to the process group."""
        self.process.kill(number, group)

    def wait(self, timeout_s: float = 0) -> AgentResult:
        result = self._machine.wait_process(self.process, timeout_s or self.timeout_s)
        lines = [line for line in result.err.splitlines() if PREFIX in line]
        reason = lines[-1].split(PREFIX, 1)[1].strip() if lines else ""
        return AgentResult(result.rc, reason, result.out, result.err, result.seconds)


def environment(action: str, instance: str, timeout_s: float, interval_s: float | None,
                depth: int, parameters: dict) -> dict:
    """The environment of one call; a parameter that is None is not set."""
    found = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "OCF_ROOT": OCF_ROOT, "OCF_RA_VERSION_MAJOR": "1", "OCF_RA_VERSION_MINOR": "1",
        "OCF_RESOURCE_INSTANCE": instance, "OCF_RESOURCE_TYPE": "volume",
        "OCF_RESOURCE_PROVIDER": "luks-ssm", "OCF_EXIT_REASON_PREFIX": PREFIX,
        "OCF_RESKEY_crm_feature_set": "3.16.2", "OCF_RESKEY_CRM_meta_name": action,
        "OCF_RESKEY_CRM_meta_timeout": str(int(timeout_s * 1000)),
        "OCF_RESKEY_CRM_meta_on_node": "lab", "PCMK_service": "pacemaker-execd",
    }
    if interval_s is not None:
        found["OCF_RESKEY_CRM_meta_interval"] = str(int(interval_s * 1000))
    if depth:
        found["OCF_CHECK_LEVEL"] = str(depth)
    for name, value in parameters.items():
        if value is not None:
            text = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) \
                else value
            found[f"OCF_RESKEY_{name}"] = str(text)
    return found


class OcfMixin:
    """The part of Machine that calls the agent."""

    def agent_start(self, action: str, *, instance: str = "volume", depth: int = 0,
                    timeout: float | None = None, interval: float | None = -1,
                    env: dict | None = None, wrapper: tuple = (), **parameters) -> AgentProcess:
        """Begin an action and leave it running.

        `probe` is a monitor with interval 0.  `timeout` is CRM_meta_timeout in seconds: at its end
        the group is killed.  interval=None leaves the interval unset, as crm_resource does.  `env`
        adds variables, `wrapper` is put before the command (strace …).
        """
        name = "monitor" if action == "probe" else action
        if interval == -1:
            interval = MONITOR_INTERVAL_S if action in ("monitor", "status") else 0
        limit = timeout if timeout is not None else TIMEOUT_S.get(name, 20)
        variables = environment(name, instance, limit, interval, depth, parameters)
        variables.update(env or {})
        process = self.start([*wrapper, AGENT, name], env=variables, clean_env=True)
        process.label = f"{action} of {instance}" + (f" at depth {depth}" if depth else "")
        return AgentProcess(self, process, limit)

    def agent(self, action: str, **options) -> AgentResult:
        """Run an action to its end; see `agent_start`."""
        result = self.agent_start(action, **options).wait()
        self.note(f"{action}: rc {result.rc} in {result.seconds:.2f} s {result.reason}")
        return result

    def note(self, line: str) -> None:
        """Remember what happened; the runner shows it when a case fails."""
        self.notes.append(line)
        del self.notes[:-50]

    def install(self, tree: pathlib.Path | str) -> None:
        """Unpack what `make install DESTDIR=tree` made."""
        self.push(tree, "/")
        self.sh("getent passwd luks-ssm > /dev/null || useradd --system --user-group "
                "--no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin luks-ssm; "
                "ldconfig")
