# SPDX-License-Identifier: GPL-2.0-or-later
"""What is broken on a standby node does not reach the healthy one: a probe there stays quiet."""

from time import time

from lab import each, limit

HELPER = "/usr/libexec/luks-ssm/luks-ssm-aws"
# What breaks the standby, and what mends it again.
DAMAGE = {
    "without the helper": (f"mv {HELPER} {HELPER}.away", f"mv {HELPER}.away {HELPER}"),
    "with a full disk": ("for directory in /run /var; do dd if=/dev/zero of=$directory/filler bs=1M 2>&1 | grep 'No space left' "
                         "|| exit 1; done", "rm -f /run/filler /var/filler"),
    "with a broken configuration": ("mkdir -p /root/.aws; for name in config credentials; do echo '[default' > "
                                    "/root/.aws/$name; done; chmod 000 /root/.aws", "rm -rf /root/.aws"),
    "without the mount point's parent": ("mv /srv /srv.away", "rm -rf /srv; mv /srv.away /srv"),
}


def probe(c, standby) -> None:
    """Forget what is known of the standby, so that the cluster probes it again; its answer is 7."""
    began = time()
    c.node1.sh(f"crm_resource --resource data --refresh --node {standby.name}", 120)
    c.cluster.wait_idle()
    state = c.node1.sh(f"cibadmin --query --xpath \"//node_state[@uname='{standby.name}']//lrm_resource[@id='data']\"")
    assert 'rc-code="7"' in state, state
    c.note(f"probed {time() - began:.1f} s")


def unharmed(c, began: float) -> None:
    assert c.cluster.where("data") == ["node1"]
    assert c.cluster.failures() == [] and c.fenced(began) == []
    c.prove_data(c.node1)
    c.prove_exclusion("node1", since=began)


@limit(400)
@each(*DAMAGE)
def test_the_healthy_node_keeps_running_beside_a_standby(c, what):
    damage, repair = DAMAGE[what]
    c.start_on("node1")
    began = time()
    try:
        c.node2.sh(damage, 120)
        probe(c, c.node2)
        unharmed(c, began)
    finally:
        c.node2.sh(repair, 120)


@limit(400)
def test_the_healthy_node_keeps_running_beside_a_standby_without_the_device(c):
    c.start_on("node1")
    began = time()
    c.node2.detach_disk("data")
    try:
        probe(c, c.node2)
        unharmed(c, began)
    finally:
        c.node2.attach_disk("data")
