# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the installed programs on this host, as an ordinary user, with an environment of a case's
own making. Nothing of the host is changed: no root, no device-mapper, no /run/luks-ssm."""

import os
import pathlib
import shutil

PREFIX = "ocf-exit-reason:"
REASON_BYTES = 200
NOBODY = "65534"
AGENT = "usr/lib/ocf/resource.d/luks-ssm/volume"
WORKER = "usr/libexec/luks-ssm/luks-ssm-worker"
REQUIRED = {"device": "/dev/disk/by-id/no-such-disk", "directory": "/srv/luks-ssm-test",
            "ssm_parameter": "/prod/data/luks"}


class Programs:
    """The two programs, copied to where any user may run them."""

    def __init__(self, host) -> None:
        self._host = host
        self._directory = pathlib.Path(host.directory) / "programs"
        self._directory.mkdir(exist_ok=True)
        for folder in (pathlib.Path(host.directory), self._directory):
            folder.chmod(0o755)
        self.agent = self._copy(host.tree / AGENT)
        self.worker = self._copy(host.tree / WORKER)

    def _copy(self, program: pathlib.Path) -> str:
        target = self._directory / program.name
        shutil.copy(program, target)
        target.chmod(0o755)
        return str(target)

    def run(self, *arguments: str, program: str = "", params: dict | None = None,
            env: dict | None = None, instance: str | None = "luks-ssm-test"):
        """One action; PARAMS become OCF_RESKEY_*, ENV is taken as it is, nothing else is set."""
        whole = {f"OCF_RESKEY_{name}": value for name, value in (params or {}).items()}
        if instance is not None:
            whole["OCF_RESOURCE_INSTANCE"] = instance
        whole.update(env or {})
        drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--"]
        command = [*(drop if os.geteuid() == 0 else []), program or self.agent, *arguments]
        return self._host.run(command, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **whole},
                              cwd="/")


def reason(result) -> str:
    """The text behind the prefix; fails unless it is the one line, the last one, and bounded."""
    lines = result.err.splitlines()
    assert lines and lines[-1].startswith(PREFIX), result
    assert sum(line.startswith(PREFIX) for line in lines) == 1, result
    text = lines[-1][len(PREFIX):]
    assert len(text.encode()) < REASON_BYTES, text
    code, colon, rest = text.partition(": ")
    assert colon and rest and code == code.lower() and " " not in code, text
    return text


def assert_silent(result) -> None:
    assert (result.out, result.err) == ("", ""), result
