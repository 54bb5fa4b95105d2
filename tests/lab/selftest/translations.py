# SPDX-License-Identifier: GPL-2.0-or-later
"""After a reset QEMU's emulator forgets the code that ran before it, and the machine goes on as it was."""

import re
import threading
import time

from lab import children, limit
from lab.qmp import Qmp
from lab.translations import Forgetful


def flushes(qmp: Qmp) -> int:
    return int(re.search(r"TB flush count\s+(\d+)", qmp.monitor("info jit")).group(1))


@limit(180)
def test_a_running_machine_forgets_and_runs_on_and_a_frozen_one_sleeps_on(m):
    directory = m.directory / "bare"
    directory.mkdir()
    qemu = children.start(["qemu-system-x86_64", "-machine", "q35", "-accel", "tcg", "-m", "256", "-nodefaults", "-display",
                           "none", "-kernel", str(m.image.kernel), "-qmp", f"unix:{directory}/qmp,server=on,wait=off"])
    try:
        qmp = Qmp(directory / "qmp")
        Forgetful(qmp, directory, threading.RLock()).start()
        before = flushes(qmp)
        qmp.command("system_reset")
        m.wait_for(lambda: flushes(qmp) == before + 1, 60, "a flush")
        assert qmp.command("query-status")["running"]
        qmp.command("stop")
        qmp.command("system_reset")
        time.sleep(3)
        assert not qmp.command("query-status")["running"] and flushes(qmp) == before + 1
        qmp.command("cont")
        m.wait_for(lambda: flushes(qmp) == before + 2, 60, "a flush once it runs")
        assert qmp.command("query-status")["running"]
    finally:
        children.end(qemu)
