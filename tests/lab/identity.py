# SPDX-License-Identifier: GPL-2.0-or-later
"""What makes a machine a node of a cluster: an archive that guest/node unpacks before systemd starts.

Corosync's and Pacemaker's first configuration, addresses, names, the fence agent, our programs, the emulator's CA.
"""

import io
import pathlib
import tarfile


from .aws import GUEST_CA, REGION, SERVICES

GUEST_FILES = pathlib.Path(__file__).resolve().parent / "guest"
NETWORK = "10.77.0"
FENCE_ADDRESS = "10.0.2.101"
AWS_ADDRESS = "10.0.2.100"
SBD_DEVICE = "/dev/disk/by-id/virtio-lab-sbd"
UNUSED_UNITS = """
    systemd-networkd.service systemd-networkd.socket systemd-network-generator.service systemd-logind.service
    systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-binfmt.service systemd-pstore.service
    dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount kmod-static-nodes.service
    modprobe@.service logd.service lvm2-lvmpolld.socket systemd-user-sessions.service systemd-ask-password-wall.path
    systemd-ask-password-console.path e2scrub_reap.service systemd-machine-id-commit.service
    systemd-tmpfiles-setup.service systemd-tmpfiles-setup-dev.service systemd-tmpfiles-clean.timer
    systemd-sysusers.service systemd-random-seed.service systemd-sysctl.service systemd-modules-load.service
    systemd-remount-fs.service systemd-journal-flush.service systemd-udev-settle.service
    systemd-journal-catalog-update.service systemd-hwdb-update.service systemd-udev-trigger.service
""".split()

# On one emulated processor a corosync with realtime priority starves its own threads: at times it took three minutes of
# spinning until it was up, and systemd gave up on it.
COROSYNC = """\
system {{
	sched_rr: no
}}
totem {{
	version: 2
	cluster_name: lab
	transport: knet
	crypto_cipher: aes256
	crypto_hash: sha256
	keyfile: /etc/corosync/authkey
	token: {token_ms}
}}
nodelist {{
{nodes}}}
quorum {{
	provider: corosync_votequorum
	{two_node}
}}
logging {{
	to_syslog: yes
	to_logfile: no
	to_stderr: no
	timestamp: off
}}
"""

CIB = """\
<cib crm_feature_set="3.15.0" validate-with="pacemaker-3.7" epoch="1" num_updates="0" admin_epoch="0">
 <configuration>
  <crm_config><cluster_property_set id="cib-bootstrap-options">
   <nvpair id="o1" name="stonith-enabled" value="true"/>
   <nvpair id="o2" name="cluster-name" value="lab"/>
   <nvpair id="o3" name="stonith-timeout" value="120s"/>
  </cluster_property_set></crm_config>
  <nodes/>
  <resources>{fencing}</resources>
  <constraints/>
  <rsc_defaults><meta_attributes id="rsc-defaults">
   <nvpair id="d1" name="resource-stickiness" value="100"/>
  </meta_attributes></rsc_defaults>
 </configuration>
 <status/>
</cib>
"""

PRIMITIVE = """
   <primitive id="{name}" class="stonith" type="{type}">
    <instance_attributes id="{name}-a">{attributes}</instance_attributes>
    <operations><op id="{name}-m" name="monitor" interval="300s" timeout="60s"/></operations>
   </primitive>"""

# udev's own unit triggers every device there is, which is slow under emulation.
TRIGGER = """\
[Unit]
Description=Coldplug of what the lab needs
DefaultDependencies=no
Wants=systemd-udevd.service
After=systemd-udevd-kernel.socket systemd-udevd-control.socket
Before=sysinit.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=udevadm trigger --type=devices --action=add --subsystem-match=block --subsystem-match=misc \
	--subsystem-match=nvme
[Install]
WantedBy=sysinit.target
"""

# A disk's serial number is its name: nvme-data as examples have it, or nvme-vol… as Amazon's own rules do.
UDEV_RULE = """\
SUBSYSTEM=="block", KERNEL=="nvme*n*", ENV{DEVTYPE}=="disk", ATTRS{serial}=="?*", \
	SYMLINK+="disk/by-id/nvme-$attr{serial}"
"""

# What guest/identify reads.
SETTINGS = """\
address={address}
sbd={sbd}
format_sbd={format_sbd}
ca={ca}
"""

SBD_DEFAULTS = f"""\
SBD_DEVICE={SBD_DEVICE}
SBD_PACEMAKER=yes
SBD_STARTMODE=always
SBD_DELAY_START=no
SBD_WATCHDOG_DEV=/dev/watchdog
SBD_WATCHDOG_TIMEOUT=5
SBD_TIMEOUT_ACTION=flush,reboot
SBD_MOVE_TO_ROOT_CGROUP=auto
SBD_SYNC_RESOURCE_STARTUP=yes
SBD_OPTS=
"""


def address(number: int) -> str:
    return f"{NETWORK}.{number}"


def corosync(names: list[str], token_ms: int) -> str:
    nodes = "".join(f"\tnode {{\n\t\tname: {name}\n\t\tnodeid: {number}\n\t\tring0_addr: {address(number)}\n\t}}\n"
                    for number, name in enumerate(names, 1))
    return COROSYNC.format(token_ms=token_ms, nodes=nodes, two_node="two_node: 1" if len(names) == 2 else "")


def _attributes(name: str, values: dict) -> str:
    return "".join(f'<nvpair id="{name}-{key}" name="{key}" value="{value}"/>' for key, value in values.items())


def cib(names: list[str], fencing: str, token: str) -> str:
    """The first configuration: fencing and nothing else."""
    delays = ";".join(f"{name}:{5 * (len(names) - number)}s" for number, name in enumerate(names, 1))
    common = {"pcmk_host_list": " ".join(names), "pcmk_delay_base": delays}
    text = ""
    if fencing in ("lab", "both"):
        text += PRIMITIVE.format(name="power", type="fence_lab", attributes=_attributes("power", {
            "token": token, "ip": FENCE_ADDRESS, **common}))
    if fencing in ("sbd", "both"):
        text += PRIMITIVE.format(name="sbd", type="fence_sbd", attributes=_attributes("sbd", {
            "devices": SBD_DEVICE, **common}))
    return CIB.format(fencing=text)


def hosts(names: list[str], node: str) -> str:
    lines = ["127.0.0.1 localhost"]
    lines += [f"{address(number)} {name}" for number, name in enumerate(names, 1)]
    lines += [f"{AWS_ADDRESS} {service}.{REGION}.amazonaws.com" for service in SERVICES]
    assert node in names
    return "\n".join(lines) + "\n"


class _Archive:
    def __init__(self, path: pathlib.Path) -> None:
        self._tar = tarfile.open(path, "w")

    def add(self, name: str, data: bytes | str, mode: int = 0o644, owner: str = "root", group: str = "root") -> None:
        data = data.encode() if isinstance(data, str) else data
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode, entry.uname, entry.gname = len(data), mode, owner, group
        self._tar.addfile(entry, io.BytesIO(data))

    def link(self, name: str, target: str) -> None:
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = tarfile.SYMTYPE, target
        self._tar.addfile(entry)

    def tree(self, directory: pathlib.Path) -> None:
        def owned_by_root(entry: tarfile.TarInfo) -> tarfile.TarInfo:
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = "root"
            return entry
        for path in sorted(directory.iterdir()):
            self._tar.add(path, path.name, filter=owned_by_root)

    def close(self) -> None:
        self._tar.close()


def write(path: pathlib.Path, number: int, names: list[str], *, fencing: str, token: str, token_ms: int,
          ca: pathlib.Path, tree: pathlib.Path | None, authkey: bytes) -> None:
    """The archive of node `number` (from 1), padded to whole sectors as a disk wants it."""
    archive = _Archive(path)
    name = names[number - 1]
    with_sbd = fencing in ("sbd", "both")
    archive.add("etc/hostname", name + "\n")
    archive.add("etc/hosts", hosts(names, name))
    archive.add("etc/corosync/corosync.conf", corosync(names, token_ms))
    archive.add("etc/corosync/authkey", authkey, 0o400)
    archive.add("var/lib/pacemaker/cib/cib.xml", cib(names, fencing, token), 0o600, "hacluster", "haclient")
    archive.add("usr/sbin/fence_lab", (GUEST_FILES / "fence_lab").read_bytes(), 0o755)
    archive.add("usr/lib/lab/recorder", (GUEST_FILES / "recorder").read_bytes(), 0o755)
    archive.add(GUEST_CA.lstrip("/"), ca.read_bytes())
    if with_sbd:
        archive.add("etc/default/sbd", SBD_DEFAULTS)
    archive.add("usr/lib/lab/identify", (GUEST_FILES / "identify").read_bytes(), 0o755)
    archive.add("usr/lib/lab/identity.conf", SETTINGS.format(
        address=address(number), sbd="yes" if with_sbd else "no",
        format_sbd="yes" if with_sbd and number == 1 else "no", ca=GUEST_CA))
    archive.add("etc/systemd/system/lab-trigger.service", TRIGGER)
    archive.add("etc/udev/rules.d/99-lab.rules", UDEV_RULE)
    for unit in UNUSED_UNITS:
        archive.link(f"etc/systemd/system/{unit}", "/dev/null")
    if tree is not None:
        archive.tree(tree)
    archive.close()
