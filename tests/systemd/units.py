# SPDX-License-Identifier: GPL-2.0-or-later
"""Both units under a real systemd: up, down, refused, and in place of a unit that did it with a script."""

import json
import re
import shlex

from lab import each, limit, long

INSIDE = "/run/inside"
# Of an old file. This kernel refuses the last two; the next ones refuse the first as well.
REMOVED = "attr2,nobarrier,delaylog"
UNITS = ("luks-ssm@nothing.service", "luks-mount.service")
# In the unit: which families of sockets it may have.
SOCKETS = """
import socket
for family, kind in ((socket.AF_INET, socket.SOCK_STREAM), (socket.AF_NETLINK, socket.SOCK_RAW),
                     (socket.AF_ALG, socket.SOCK_SEQPACKET), (socket.AF_PACKET, socket.SOCK_RAW)):
    try:
        socket.socket(family, kind).close()
        print(family.name, "opened")
    except OSError as error:
        print(family.name, error.errno)
"""


def write(m, path, text, mode=0o644):
    m.sh(f"mkdir -p $(dirname {path}); printf %s {shlex.quote(text)} > {path}; chmod {mode:o} {path}")


def configure(m, volume, **more):
    params = {**volume.parameters, **more}
    params.pop("instance")
    write(m, f"/etc/luks-ssm/{volume.instance}.conf", "".join(f"{name}={value}\n" for name, value in params.items()))
    return f"luks-ssm@{volume.instance}.service"


def article(m, volume, **more):
    """/etc/default/luks-mount, as the old script wants it."""
    lines = {"LUKS_DEVICE": volume.device, "LUKS_DEVICE_MAP": volume.instance, "LUKS_DEVICE_FS": "xfs",
             "LUKS_DEVICE_MOUNT_OPT": f"noatime,{REMOVED}", "LUKS_DEVICE_MOUNT_POINT": volume.directory,
             "SSM_PATH": volume.parameter, "SSM_REGION": m.aws_parameters["region"],
             "AWS_CA_BUNDLE": m.aws_parameters["ca_bundle"], **more}
    write(m, "/etc/default/luks-mount", "".join(f'{name}="{value}"\n' for name, value in lines.items()))
    return "luks-mount.service"


def dependent(m, unit, volume, where="/run/systemd/system", service="ExecStart=/bin/sleep infinity\n"):
    """A service that needs the volume, ordered as the unit's own words say."""
    write(m, f"{where}/dependent.service", f"[Unit]\nRequires={unit}\nAfter={unit}\nRequiresMountsFor={volume.directory}\n"
          f"[Service]\n{service}[Install]\nWantedBy=multi-user.target\n")
    m.sh("systemctl daemon-reload")
    return "dependent.service"


def show(m, unit, name):
    return m.sh(f"systemctl show --property={name} --value {unit}").strip()


def journal(m, unit):
    return m.sh(f"journalctl --no-pager -o cat -u {unit} -n 20")


def said(m, unit):
    """What the unit's last start or stop and everything since its start have put into the journal."""
    return m.sh(f"journalctl --no-pager -o cat _SYSTEMD_INVOCATION_ID={show(m, unit, 'InvocationID')}").splitlines()


def opened(text):
    """What SOCKETS printed."""
    return dict(re.findall(r"^(AF_\w+) (\w+)$", text, re.MULTILINE))


@limit(120)
@each(*UNITS)
def test_a_unit_waits_for_network_and_time_and_does_nothing_without_its_file(m, unit):
    assert "network-online.target" in show(m, unit, "Wants").split()
    assert {"network-online.target", "time-sync.target"} <= set(show(m, unit, "After").split())
    assert m.run(f"systemctl start {unit}", 60).rc == 0
    assert show(m, unit, "ConditionResult") == "no" and show(m, unit, "ActiveState") == "inactive"
    assert show(m, unit, "ExecMainStartTimestamp") == ""


@limit(240)
def test_a_unit_mounts_for_the_whole_host_with_its_hardening_on_and_unmounts(m):
    volume = m.volume(fs="xfs")
    unit = configure(m, volume)
    assert show(m, unit, "UnitFileState") == "disabled"
    # What runs behind ExecStart= in the unit has the rights of what ran there.
    write(m, f"/run/systemd/system/{unit}.d/look.conf", "[Service]\nExecStartPost=/bin/sh -c "
          f"'cat /proc/self/status /proc/self/limits > {INSIDE}; readlink /proc/self/ns/mnt >> {INSIDE}; umask >> {INSIDE}; "
          f"python3 {INSIDE}.py >> {INSIDE}'\n")
    m.write(f"{INSIDE}.py", SOCKETS)
    m.sh("systemctl daemon-reload")
    assert m.run(f"systemctl start {unit}", 120).rc == 0, journal(m, unit)
    assert volume.mounted()
    assert volume.directory in m.sh("cat /proc/1/mountinfo")
    inside = m.sh(f"cat {INSIDE}")
    fields = dict(line.split(":", 1) for line in inside.splitlines() if ":\t" in line)
    assert fields["NoNewPrivs"].strip() == "1" and fields["Seccomp"].strip() == "2", inside
    bounding = int(fields["CapBnd"], 16)
    # linux/capability.h: NET_ADMIN 12, NET_RAW 13, SYS_MODULE 16, SYS_RAWIO 17, SYS_BOOT 22, SYS_TIME 25 are away; SYS_ADMIN 21 is not.
    assert all(not bounding >> number & 1 for number in (12, 13, 16, 17, 22, 25)) and bounding >> 21 & 1, inside
    assert m.sh("readlink /proc/1/ns/mnt").strip() in inside and "0077" in inside, inside
    assert re.search(r"^Max core file size +0 +0 ", inside, re.MULTILINE), inside
    # 97, EAFNOSUPPORT, is the filter's word; the missing capability alone would say 1, EPERM.
    families = {"AF_INET": "opened", "AF_NETLINK": "opened", "AF_ALG": "opened", "AF_PACKET": "opened"}
    assert opened(m.sh(f"python3 {INSIDE}.py")) == families and opened(inside) == {**families, "AF_PACKET": "97"}, inside
    mount = m.sh(f"systemd-escape --path --suffix=mount {volume.directory}").strip()
    assert unit in show(m, mount, "After").split()
    assert m.run(f"systemctl is-active {unit}").out.strip() == "active"
    assert m.run(f"systemctl stop {unit}", 120).rc == 0
    assert volume.mapping() is None and not volume.mounted()
    m.run(f"test ! -e /run/systemd/system/{mount}.d", check=True)


@limit(240)
def test_what_somebody_has_to_correct_is_not_tried_again(m):
    volume = m.volume(fs="ext4", store=False)
    unit = configure(m, volume)
    assert m.run(f"systemctl start {unit}", 120).rc != 0
    assert show(m, unit, "ActiveState") == "failed" and show(m, unit, "ExecMainStatus") == "2"
    assert "no-such-parameter" in journal(m, unit)
    assert volume.mapping() is None
    m.emulator.put(volume.parameter, volume.passphrase)
    assert m.run(f"systemctl start {unit}", 120).rc == 0, journal(m, unit)
    assert m.run(f"systemctl stop {unit}", 120).rc == 0


@limit(300)
def test_ours_takes_the_place_of_a_unit_with_a_script_while_the_volume_stays_up(m):
    volume = m.volume(fs="xfs")
    unit = article(m, volume)
    write(m, "/usr/local/sbin/luks-mount", f"#!/bin/sh\nset -e\nprintf %s '{volume.passphrase}' | "
          f"cryptsetup open --key-file - {volume.device} {volume.instance}\nmkdir -p {volume.directory}\n"
          f"mount /dev/mapper/{volume.instance} {volume.directory}\n", 0o755)
    write(m, f"/etc/systemd/system/{unit}", "[Service]\nType=oneshot\nRemainAfterExit=yes\n"
          "ExecStart=/usr/local/sbin/luks-mount\nExecStop=/bin/false\n[Install]\nWantedBy=multi-user.target\n")
    # What the administrator has added to the unit counts for whichever is there.
    drop_in = f"/etc/systemd/system/{unit}.d/site.conf"
    write(m, drop_in, "[Unit]\nBefore=site.target\n[Service]\nExecStartPost=/bin/sh -c 'echo started >> /run/site'\n")
    m.sh(f"systemctl enable --now {unit}", 180)
    assert m.sh("cat /run/site").split() == ["started"]
    before = m.sh(f"stat -c %i {volume.directory}; cryptsetup status {volume.instance}")
    m.sh(f"rm /etc/systemd/system/{unit}; systemctl daemon-reload && systemctl enable {unit}", 180)
    assert m.run(f"systemctl is-active {unit}").out.strip() == "active"
    assert before == m.sh(f"stat -c %i {volume.directory}; cryptsetup status {volume.instance}")
    assert "luks-ssm" in show(m, unit, "ExecStop") and show(m, unit, "UnitFileState") == "enabled"
    assert drop_in in show(m, unit, "DropInPaths").split() and "site.target" in show(m, unit, "Before").split()
    assert unit in show(m, "multi-user.target", "Wants").split()
    assert m.run(f"systemctl stop {unit}", 120).rc == 0, journal(m, unit)
    assert volume.mapping() is None
    # And up again by ours, with options that the kernel refuses.
    assert m.run(f"systemctl start {unit}", 120).rc == 0, journal(m, unit)
    assert volume.mounted()
    assert m.sh("cat /run/site").split() == ["started", "started"]
    lines = said(m, unit)
    warnings = [line for line in lines if "warning" in line]
    assert len(warnings) == 1 and REMOVED in warnings[0], lines
    assert m.run(f"systemctl stop {unit}", 120).rc == 0
    # What the kernel itself says of each.
    volume.open()
    for word in REMOVED.split(",")[1:]:
        assert m.run(f"mount -t xfs -o {word} /dev/mapper/{volume.instance} {volume.directory}").rc != 0, word
    m.sh(f"cryptsetup close {volume.instance}; systemctl disable {unit}; rm -r {drop_in} /run/site /etc/default/luks-mount "
         "/usr/local/sbin/luks-mount; systemctl daemon-reload", 180)


@limit(240)
def test_a_volume_of_the_cluster_is_refused_by_hand_and_by_systemd_unless_somebody_insists(m):
    volume = m.volume(fs="ext4")
    unit = configure(m, volume)
    write(m, "/var/lib/pacemaker/cib/cib.xml", "<cib><configuration><resources><primitive id=\"pcs-data\" class=\"ocf\" "
          "provider=\"luks-ssm\" type=\"volume\"><instance_attributes id=\"a\"><nvpair id=\"b\" name=\"device\" "
          f"value=\"{volume.device}\"/></instance_attributes></primitive></resources></configuration></cib>\n", 0o600)
    try:
        assert m.run(f"systemctl start {unit}", 120).rc != 0
        assert "cluster-managed" in journal(m, unit) and "pcs-data" in journal(m, unit)
        for verb in ("open", "close"):
            result = m.run(["luks-ssm", verb, volume.instance], 60)
            assert result.rc == 2 and "--despite-cluster" in result.err, result
        assert volume.mapping() is None
        assert m.run(["luks-ssm", "open", "--despite-cluster", volume.instance], 60).rc == 0
        assert m.run(["luks-ssm", "close", volume.instance], 60).rc == 2 and volume.mounted()
        assert m.run(["luks-ssm", "close", "--despite-cluster", volume.instance], 60).rc == 0
    finally:
        m.sh("rm /var/lib/pacemaker/cib/cib.xml")


# systemd's own names of what it says (sd-messages.h): a unit has ended well, a process of a unit has not.
ENDED_WELL, FAILED = "7ad2d189f7e94e70a38c781354912448", "98e322203f7a4ed290d09fe03c09fe15"


@limit(400)
def test_after_a_reboot_the_volume_and_its_dependent_are_up_and_a_busy_writer_did_not_harm_it(m):
    volume = m.volume(fs="xfs")
    unit = configure(m, volume)
    dependent(m, unit, volume, "/etc/systemd/system",
              f"ExecStart=/bin/sh -c 'exec sleep infinity > {volume.directory}/held'\n"
              f"ExecStopPost=/bin/sh -c 'mountpoint -q {volume.directory} && echo mounted >> {volume.directory}/stopped'\n")
    m.sh("mkdir -p /var/log/journal; systemd-tmpfiles --create --prefix /var/log/journal; journalctl --flush", 60)
    m.sh(f"systemctl enable {unit} dependent.service; systemctl start dependent.service", 120)
    # A writer that no unit orders.
    m.sh(f"(setsid sh -c 'exec 9>> {volume.directory}/written; while :; do date >&9; done' >/dev/null 2>&1 &)")
    boot = m.sh("cat /proc/sys/kernel/random/boot_id").strip().replace("-", "")
    m.start("systemctl reboot")
    m.wait_off(120)
    m.boot()
    m.sh("for i in $(seq 60); do systemctl -q is-active dependent.service && break; sleep 2; done", 180)
    assert m.run("systemctl is-active dependent.service").out.strip() == "active", journal(m, unit)
    assert volume.mounted()
    assert m.sh(f"cat {volume.directory}/stopped").strip() == "mounted"
    assert m.sh(f"wc -l < {volume.directory}/written").strip() != "0"
    # Our stop took it down before the power went: its end is in the journal, and nothing was left for the log of XFS.
    ended = m.sh(f"journalctl --no-pager -o json --output-fields=MESSAGE_ID,MESSAGE _BOOT_ID={boot} _PID=1 UNIT={unit}")
    rows = [json.loads(line) for line in ended.splitlines()]
    told = [row.get("MESSAGE_ID") for row in rows]
    assert ENDED_WELL in told and FAILED not in told, [row["MESSAGE"] for row in rows]
    kernel = [line for line in m.sh("dmesg").splitlines() if "XFS (dm-" in line]
    assert any("Ending clean mount" in line for line in kernel) and not any("ecovery" in line for line in kernel), kernel
    m.sh(f"systemctl disable {unit} dependent.service; systemctl stop dependent.service {unit}; "
         "rm /etc/systemd/system/dependent.service; systemctl daemon-reload", 120)


@long
@limit(500)
def test_a_stop_that_lasts_longer_than_systemd_s_own_limit_is_not_killed(m):
    volume = m.volume(fs="ext4")
    # Two signals before the one that helps, and a pause after each: longer than DefaultTimeoutStopSec.
    unit = configure(m, volume, term_signals="TERM HUP", signal_delay=55)
    usual_s = float(m.sh("systemctl show --property=DefaultTimeoutStopUSec --value").removesuffix("s").replace("1min 30", "90"))
    assert m.run(f"systemctl start {unit}", 120).rc == 0, journal(m, unit)
    deaf = m.start(f"trap '' TERM HUP; exec 9> {volume.directory}/held; echo held; while :; do sleep 1; done")
    m.wait_for(lambda: deaf.output.startswith(b"held"), 20, "the process holds the volume")
    began = float(m.sh("cut -d' ' -f1 /proc/uptime"))
    assert m.run(f"systemctl stop {unit}", 300).rc == 0, journal(m, unit)
    lasted_s = float(m.sh("cut -d' ' -f1 /proc/uptime")) - began
    assert lasted_s > usual_s == 90, f"the stop lasted {lasted_s:.0f} s"
    assert show(m, unit, "Result") == "success" and show(m, unit, "ActiveState") == "inactive", journal(m, unit)
    assert volume.mapping() is None and not volume.mounted()
