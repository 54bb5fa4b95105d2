# SPDX-License-Identifier: GPL-2.0-or-later
"""A node loses its power in the middle of a start or a stop: it is fenced, and the other one has the volume whole."""

from time import time

from lab import each, limit
from lab.ground import SERIAL
from soak.inside import AGENT, READING
from soak.single import strike

# In the machine: waits until something is so, by what the kernel shows in files, and prints when it was.
UNTIL_MAPPED = """
import glob, time
end = time.monotonic() + ARGUMENTS[0]
while time.monotonic() < end and not any(open(path).read() == 'data\\n' for path in glob.glob('/sys/block/dm-*/dm/name')):
    time.sleep(0.02)
print(time.monotonic() < end)
"""
# An older libmount is in mount(2) then, a newer one in fsconfig or fsmount: 165, 431, 432 on x86-64.
UNTIL_IN_MOUNT = READING + """
import glob, time
agent, limit_s = ARGUMENTS

def calls():
    for directory in glob.glob('/proc/[0-9]*'):
        if text(directory + '/cmdline').startswith(agent):
            yield text(directory + '/syscall').split(' ')[0]

end = time.monotonic() + limit_s
while not (met := {'165', '431', '432'} & set(calls())) and time.monotonic() < end:
    time.sleep(0.02)
print(*met)
"""


@limit(900)
@each("fetching", "unlocking")
def test_in_a_start_that_fetches_or_unlocks_the_volume_goes_back(c, step):
    strike(c, "power-in-start", delay_s=0.5, phase=step)


@limit(900)
def test_in_a_stop_that_has_begun_the_other_node_takes_over(c):
    strike(c, "power-in-stop", delay_s=1)


@limit(900)
def test_in_mount_itself_the_volume_goes_back(c):
    node = c.start_on("node1")
    target = c.other(node)
    began = time()
    node.sh(f"crm_resource --resource data --move --node {target.name}")
    assert target.python(UNTIL_MAPPED, [120], timeout=140).strip() == "True"
    # A mount reads a few dozen blocks: at this pace it takes long enough to be met inside.
    target.throttle_disk(SERIAL, operations_per_s=2)
    met = target.python(UNTIL_IN_MOUNT, [AGENT, 120], timeout=140).strip()
    assert met, "no mount was met"
    c.note(f"in system call {met}")
    assert "/srv/data" not in target.read("/proc/mounts").decode()
    target.power_off()
    lost = time()
    target.throttle_disk(SERIAL)
    node.sh("crm_resource --resource data --clear")
    c.wait_writes(node, lost, 300)
    assert c.fenced(began) == [target.name]
    # The other one may have written in its mount; never after the first node's takeover.
    owners = [tenure.node for tenure in c.prove_order(began)]
    assert owners in ([node.name], [node.name, target.name, node.name]), owners
    c.prove_data(node)
    target.wait_up(600)
    c.cluster.wait_joined("node1", "node2")
