# SPDX-License-Identifier: GPL-2.0-or-later
"""What faults look at and do inside of a node: which step its agent is in, and how to end or hold it there."""

from lab.ground import DEVICE, DIRECTORY, RESOURCE, SERIAL

AGENT = "/usr/lib/ocf/resource.d/luks-ssm/volume"
# Runs in a node: ends the agent in one of its actions, once; a monitor only if it is one of depth 10.
KILLER = r"""
import os, signal, sys, time
path, action, limit_s, delay_s = sys.argv[1].encode(), sys.argv[2].encode(), float(sys.argv[3]), float(sys.argv[4])
wanted = [b"OCF_CHECK_LEVEL=10"] if action == b"monitor" else []
def words_of(pid, name):
    with open(f"/proc/{pid}/{name}", "rb") as file:
        return file.read().split(b"\0")
end = time.monotonic() + limit_s
while time.monotonic() < end:
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if words_of(pid, "cmdline")[:2] == [path, action] and set(wanted) <= set(words_of(pid, "environ")):
                time.sleep(delay_s)
                os.kill(int(pid), signal.SIGKILL)
                print("killed")
                sys.exit(0)
        except OSError:
            continue
    time.sleep(0.02)
sys.exit(1)
"""
# In a node: the text of a file that may be gone by now.
READING = """
def text(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ''
"""
# In a node: who is the agent in one of its actions.
ACTING = READING + """
import os

def acting(path, action):
    pids = [pid for pid in os.listdir('/proc') if pid.isdigit()]
    return [int(pid) for pid in pids if text(f'/proc/{pid}/cmdline').split('\\0')[:2] == [path, action]]
"""
KILL_GROUP = ACTING + """
import signal
groups = {os.getpgid(pid) for pid in acting(*ARGUMENTS)} - {os.getpgid(0)}
for group in groups:
    os.killpg(group, signal.SIGKILL)
print('killed' if groups else 'none')
"""
# In a node: which step of a start of the volume it is in, or waits until it is in one of these steps.
START_STEP = ACTING + """
import glob, time
path, name, directory, wanted, limit_s = ARGUMENTS

def step():
    pids = [pid for pid in os.listdir('/proc') if pid.isdigit()]
    if not acting(path, 'start'):
        return 'none'
    if any(text(f'/proc/{pid}/comm') == 'luks-ssm-aws\\n' for pid in pids):
        return 'fetching'
    if not any(text(other) == name + '\\n' for other in glob.glob('/sys/block/dm-*/dm/name')):
        return 'unlocking'
    mounts = text('/proc/self/mountinfo').splitlines()
    return 'mounted' if any(line.split(' ')[4] == directory for line in mounts) else 'mounting'

end = time.monotonic() + limit_s
while (found := step()) not in wanted and time.monotonic() < end:
    time.sleep(0.02)
print(found)
"""
# How slow the disk is made for a step that is to last: one read of DEBT_KIB is paid off in half a minute.
SLOW_BYTES_PER_S = 5000
DEBT_KIB = 128
SLOW_OPERATIONS_PER_S = 2


def start_step(node, *wanted: str, limit_s: float = 0) -> str:
    """The step of a start that a node is in, once it is one of these or the time is over."""
    return node.python(START_STEP, [AGENT, RESOURCE, DIRECTORY, wanted, limit_s], timeout=limit_s + 30).strip()


def is_in(node, action: str) -> bool:
    """Whether the agent of a node is in this action now."""
    return node.python(ACTING + "print(bool(acting(*ARGUMENTS)))", [AGENT, action]).strip() == "True"


def hold_start(node, step: str) -> None:
    """Let a start that has been ordered come to a step, and keep it there by its disk."""
    start_step(node, "fetching", limit_s=60)
    if step == "unlocking":
        # The key slot is read when this read is paid off.
        node.throttle_disk(SERIAL, bytes_per_s=SLOW_BYTES_PER_S)
        node.sh(f"dd if={DEVICE} of=/dev/null bs={DEBT_KIB}k count=1 iflag=direct", 60)
    if step == "mounting":
        node.throttle_disk(SERIAL, operations_per_s=SLOW_OPERATIONS_PER_S)
    if step != "fetching":
        start_step(node, step, limit_s=60)
