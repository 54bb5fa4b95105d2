# SPDX-License-Identifier: GPL-2.0-or-later
"""`crm_resource --force-start` on the second node while the first has the volume: refused where the filesystem can tell."""

import re
from time import time

from lab import each, limit
from lab.volumes import PASSPHRASE


def protect(c, name: str) -> None:
    """A filesystem with ext4's multiple mount protection, in place of the plain one."""
    device = f"/dev/disk/by-id/nvme-{name}"
    c.node1.run(["cryptsetup", "open", "-q", "--key-file", "-", device, "made"], stdin=PASSPHRASE.encode(), check=True,
                timeout=120)
    c.node1.sh("mkfs.ext4 -q -F -O mmp -E nodiscard,lazy_itable_init=1 /dev/mapper/made && cryptsetup close made", 120)


@limit(600)
@each("auto", "no")
def test_multiple_mount_protection_refuses_it_and_the_first_node_writes_on(c, run_fsck):
    c.add_volume("guarded")
    protect(c, "guarded")
    c.create("guarded", prefer="node1", run_fsck=run_fsck)
    c.cluster.wait_where("guarded", "node1")
    c.record("guarded")
    began = time()
    forced = c.node2.run("crm_resource --resource guarded --force-start", 180)
    c.note(f"{forced.rc}: {forced.out} {forced.err}")
    # By e2fsck or by mount(2).
    said = {"auto": r"is active on another node \(MMP\), or left so by a crash; stop it there",
            "no": r"is in use here, or on another node \(multiple mount protection\)"}[run_fsck]
    assert forced.rc == 1, forced
    assert re.search(f"ocf-exit-reason:filesystem-in-use: .*{said}", forced.out + forced.err), forced
    assert "run e2fsck" not in forced.out + forced.err, forced
    assert "guarded" not in c.node2.sh("dmsetup ls --target crypt")
    assert c.node2.run("findmnt /srv/guarded").rc == 1
    c.cluster.wait_idle()
    assert c.cluster.where("guarded") == ["node1"] and c.cluster.failures() == []
    c.prove_data(c.node1, "guarded")
    c.prove_exclusion("node1", since=began, name="guarded")


@limit(900)
def test_after_a_power_loss_the_other_node_waits_out_the_protection_and_takes_over(c):
    c.add_volume("guarded")
    protect(c, "guarded")
    c.create("guarded", prefer="node2")
    c.cluster.wait_where("guarded", "node2")
    c.record("guarded")
    began = time()
    c.node2.power_off()
    c.wait_writes(c.node1, began, 300, name="guarded")
    assert c.fenced(began) == ["node2"]
    # The kernel looks twice, each time for two of the filesystem's intervals of 5 s and one second, whether another writes.
    took_s = c.start_seconds("node1", "guarded")
    c.note(f"the start took {took_s:.1f} s")
    assert took_s > 22, took_s
    c.prove_data(c.node1, "guarded")
    c.prove_exclusion("node2", "node1", since=began - 5, name="guarded")
    c.node2.wait_up(600)
    c.cluster.wait_joined("node1", "node2")
    c.cluster.wait_idle()
    assert c.cluster.where("guarded") == ["node1"] and c.cluster.failures() == []
