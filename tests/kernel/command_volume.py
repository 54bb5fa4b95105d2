# SPDX-License-Identifier: GPL-2.0-or-later
"""The administrator's command does what the agent does, in the agent's words, and each can go on where the other was."""

import json
import os
import shlex
import time

from lab import each, limit, long


def options(volume, **more):
    """The agent's parameters of a volume as the command's options."""
    params = {**volume.parameters, "map_name": volume.instance, **more}
    params.pop("instance")
    return [f"--{name.replace('_', '-')}={value}" for name, value in params.items() if value is not None]


def command(m, *words, env=(), timeout=60):
    """Run it with --json; exit code, answer, last line of stderr."""
    result = m.run(["env", *env, "luks-ssm", words[0], "--json", *words[1:]], timeout)
    return result.rc, json.loads(result.out or "{}"), (result.err.strip().splitlines() or [""])[-1]


def traces(m, volume):
    """What a command that writes nothing leaves as it was: the header, our directory in /run, the mount point's parent."""
    return m.sh(f"head -c 16M {volume.device} | sha256sum; find /run/luks-ssm -printf '%p %s %T@\\n' 2>&1 | sort; "
                f"ls -la --full-time {volume.directory.rsplit('/', 1)[0]}")


@limit(240)
def test_a_volume_opens_is_shown_and_closes(m):
    volume, other = m.volume(fs="xfs"), m.volume(fs="ext4")
    assert command(m, "status", *options(volume))[0] == 3
    assert other.agent("start").rc == 0
    rc, answer, err = command(m, "open", *options(volume))
    assert (rc, answer["result"]) == (0, "ok"), err
    rc, answer, _ = command(m, "status", *options(volume))
    assert (rc, answer["state"]) == (0, "active")
    assert answer["mapping"]["luks_uuid"] == volume.uuid.replace("-", "")
    assert answer["mapping"]["size_bytes"] == volume.mapping()["size_bytes"] and not answer["mapping"]["discards"]
    assert [mount["directory"] for mount in answer["mounts"]] == [volume.directory]
    assert answer["key"]["parameter"] == volume.parameter
    shown = {row["name"]: row for row in answer["other_volumes"]}
    assert list(shown) == [other.instance], answer
    assert shown[other.instance]["luks_uuid"] == other.uuid.replace("-", "")
    assert (f"/dev/{shown[other.instance]['device']}", shown[other.instance]["directory"]) == (other.device, other.directory)
    # Without a name all of them are others.
    rc, answer, _ = command(m, "status")
    assert rc == 0 and "state" not in answer, answer
    assert sorted(row["name"] for row in answer["other_volumes"]) == sorted([volume.instance, other.instance])
    assert other.agent("stop").rc == 0
    assert command(m, "close", *options(volume))[0] == 0
    assert volume.mapping() is None and not volume.mounted()
    assert command(m, "status")[1]["other_volumes"] == []
    assert command(m, "close", *options(volume))[0] == 0


@limit(240)
def test_the_agent_and_the_command_take_over_from_each_other(m):
    volume = m.volume(fs="ext4")
    assert command(m, "open", *options(volume))[0] == 0
    assert volume.agent("monitor").rc == 0
    assert volume.agent("start").rc == 0
    assert volume.agent("stop").rc == 0
    assert volume.agent("start").rc == 0
    rc, answer, _ = command(m, "status", f"--map-name={volume.instance}", f"--device={volume.device}",
                            f"--directory={volume.directory}")
    assert (rc, answer["state"]) == (0, "active")
    assert command(m, "close", f"--map-name={volume.instance}")[0] == 0
    assert volume.agent("probe").rc == 7


@limit(240)
def test_the_message_of_a_failure_is_the_agents_reason_and_the_end_of_the_time_undoes_what_was_done(m):
    volume = m.volume(fs="ext4")
    began = time.monotonic()
    result = volume.agent("start", ssm_parameter="/luks/there-is-none")
    slow_s = time.monotonic() - began
    rc, answer, err = command(m, "open", *options(volume, ssm_parameter="/luks/there-is-none"))
    assert rc == result.rc and answer["error"]["code"] == "no-such-parameter"
    assert err.split("(")[0] == ("luks-ssm open: " + result.reason).split("(")[0]
    assert volume.mapping() is None
    # The volume is open already when its check does not come to an end.
    m.sh("mv /usr/sbin/e2fsck /usr/sbin/e2fsck.away; printf '#!/bin/sh\\necho \"$@\" > /run/checked\\nexec sleep 60\\n' "
         "> /usr/sbin/e2fsck; chmod +x /usr/sbin/e2fsck")
    try:
        rc, answer, err = command(m, "open", f"--timeout={8 + int(3 * slow_s)}", *options(volume, run_fsck="force"))
    finally:
        m.sh("mv /usr/sbin/e2fsck.away /usr/sbin/e2fsck")
    assert (rc, answer["error"]["code"]) == (1, "timed-out"), err
    assert m.sh("cat /run/checked").strip().startswith("-f -p /dev/"), err
    assert volume.mapping() is None and not volume.mounted()
    assert command(m, "open", *options(volume))[0] == 0
    assert command(m, "close", *options(volume))[0] == 0


@limit(240)
def test_dry_runs_change_nothing(m):
    volume = m.volume(fs="xfs")
    before = m.snapshot()
    assert command(m, "open", "--dry-run", *options(volume))[0] == 0
    assert m.snapshot() == before
    volume.agent("start")
    before = m.snapshot()
    rc, answer, _ = command(m, "close", "--dry-run", *options(volume))
    assert rc == 0 and answer["mapping"] == volume.instance
    assert m.snapshot() == before
    # As if the disk had grown since: there is something to do for grow.
    size = volume.mapping()["size_bytes"] - (1 << 20)
    m.run(["cryptsetup", "resize", "--device-size", str(size), "--key-file", "-", volume.instance],
          stdin=volume.passphrase.encode(), check=True)
    before, left = m.snapshot(), traces(m, volume)
    rc, answer, _ = command(m, "grow", "--dry-run", *options(volume))
    assert rc == 0 and "nothing was changed" in answer["result"], answer
    rc, answer, _ = command(m, "backup-header", "--dry-run", f"--device={volume.device}", "--to=/root/saved")
    assert rc == 0 and "nothing was written" in answer["result"], answer
    assert (m.snapshot(), traces(m, volume)) == (before, left)
    assert m.run(["test", "-e", "/root/saved"]).rc == 1


@limit(240)
def test_users_are_shown_in_every_mount_namespace_and_nobody_is_signalled(m):
    volume = m.volume(fs="xfs")
    volume.agent("start")
    m.sh(f"cp /bin/sleep /run/holder; cd {volume.directory} && (setsid /run/holder 300 >/dev/null 2>&1 &)")
    m.sh("(setsid unshare -m --propagation private sleep 301 >/dev/null 2>&1 &) ; sleep 0.5")
    rc, answer, _ = command(m, "show-users", *options(volume))
    assert rc == 0, answer
    names = {user["name"]: user for user in answer["users"]}
    assert names["holder"]["holds"] == "working directory", answer
    assert any(row["directory"] == volume.directory for row in answer["mounts_elsewhere"]), answer
    m.sh("pgrep -x holder")
    assert command(m, "close", *options(volume))[0] == 0


@limit(240)
def test_a_configuration_file_is_enough_and_is_read_strictly(m):
    volume = m.volume(fs="ext4")
    params = {**volume.parameters}
    params.pop("instance")
    lines = "".join(f"{name}={value}\n" for name, value in params.items())
    m.sh(f"mkdir -p /etc/luks-ssm; printf %s {shlex.quote(lines)} > /etc/luks-ssm/{volume.instance}.conf")
    assert command(m, "open", volume.instance)[0] == 0
    assert volume.mounted()
    assert command(m, "close", f"--config={volume.instance}")[0] == 0
    m.sh(f"echo devise=/dev/sdx >> /etc/luks-ssm/{volume.instance}.conf")
    rc, answer, _ = command(m, "open", volume.instance)
    assert rc == 2 and f"line {len(params) + 1}" in answer["error"]["text"], answer
    m.sh(f"rm /etc/luks-ssm/{volume.instance}.conf")


# What may become of a file while its volume is up.
SPOILS = {"no assignment": "echo 'if true; then' >> {file}", "an open quote": "echo 'options=\"noatime' >> {file}",
          "another's": "chmod 666 {file}", "gone": "rm {file}", "a directory": "rm {file}; mkdir {file}"}


@limit(300)
@each("gone", more=tuple(SPOILS)[:3] + tuple(SPOILS)[4:])
def test_a_volume_whose_file_was_spoilt_while_it_is_up_is_closed_by_its_name(m, spoil):
    volume = m.volume(fs="ext4")
    file, name = f"/etc/luks-ssm/{volume.instance}.conf", f"{volume.instance}-other"
    params = {**volume.parameters, "map_name": name}
    params.pop("instance")
    m.sh(f"rm -rf {file}; mkdir -p /etc/luks-ssm")
    m.write(file, "".join(f"{key}={value}\n" for key, value in params.items()))
    assert command(m, "open", volume.instance)[0] == 0
    assert volume.mounted() and name in m.snapshot()["maps"]
    m.sh(SPOILS[spoil].format(file=file))
    rc, answer, _ = command(m, "close", "--dry-run", volume.instance)
    assert rc == 0 and answer["mapping"] == name, answer
    rc, answer, err = command(m, "close", volume.instance)
    assert (rc, answer["result"]) == (0, "ok") and file in err, err
    assert not volume.mounted() and name not in m.snapshot()["maps"]
    # Now nothing knows of it any more, and that is said.
    rc, answer, err = command(m, "close", volume.instance)
    assert rc == 2 and "--map-name" in err, err
    m.sh(f"rm -rf {file}")


@limit(300)
@each("no assignment", more=tuple(SPOILS)[1:])
def test_a_volume_of_the_articles_file_is_closed_when_that_was_spoilt(m, spoil):
    volume = m.volume(fs="ext4")
    file = f"/etc/default/luks-{volume.instance}"
    lines = {"LUKS_DEVICE": volume.device, "LUKS_DEVICE_MAP": volume.instance, "LUKS_DEVICE_FS": "ext4",
             "LUKS_DEVICE_MOUNT_POINT": volume.directory, "SSM_PATH": volume.parameter,
             "SSM_REGION": m.aws_parameters["region"], "AWS_CA_BUNDLE": m.aws_parameters["ca_bundle"]}
    m.write(file, "".join(f"{key}={value}\n" for key, value in lines.items()))
    rc, _, err = command(m, "open", f"--luks-mount={file}")
    assert rc == 0 and volume.mounted(), err
    # Another one that is up by another file is not meant.
    other = m.volume(fs="ext4")
    assert command(m, "open", *options(other))[0] == 0
    m.sh(SPOILS[spoil].format(file=file).replace("options=", "LUKS_DEVICE_MOUNT_OPT=").replace(
        "if true; then", "export LUKS_DEVICE_MAP=x"))
    rc, answer, err = command(m, "close", f"--luks-mount={file}")
    assert (rc, answer.get("result")) == (0, "ok") and file in err, err
    assert not volume.mounted() and volume.mapping() is None and other.mounted()
    rc, answer, err = command(m, "close", f"--luks-mount={file}")
    assert rc == 2 and "--map-name" in err, err
    assert command(m, "close", *options(other))[0] == 0
    m.sh(f"rm -rf {file}")


def provision(m, disk, parameter, *words, timeout=90):
    values = m.emulator.values
    way = [f"--{name.replace('_', '-')}={value}" for name, value in m.aws_parameters.items()]
    return command(m, "format", disk.device, f"--ssm-parameter={parameter}", *way, *words, timeout=timeout,
                   env=[f"AWS_ACCESS_KEY_ID={values['EMULATOR_ADMIN_KEY']}",
                        f"AWS_SECRET_ACCESS_KEY={values['EMULATOR_ADMIN_SECRET']}"])


@limit(300)
@each("xfs", more=("ext4", "btrfs"))
def test_a_disk_becomes_a_volume_that_opens(m, fs):
    disk = m.attach_disk(f"vol0000000000000f{len(fs):03d}", size_mib=400)
    parameter, name = f"/luks/made-{fs}", f"made-{fs}"
    rc, answer, err = provision(m, disk, parameter, f"--fstype={fs}", f"--map-name={name}",
                                f"--directory=/srv/{name}")
    assert (rc, answer.get("result")) == (0, "ok"), err
    assert m.snapshot()["maps"].get(name) is None
    printed = answer
    # What it prints for Pacemaker is what a shell makes of it, and the agent finds nothing against it.
    words = m.sh('pcs() { printf "%s\\n" "$@"; }\n' + printed["for_pacemaker"]).splitlines()
    assert words[:4] == ["resource", "create", name, "ocf:luks-ssm:volume"], words
    params = dict(word.split("=", 1) for word in words[4:words.index("meta")])
    assert (params["luks_uuid"], params["ssm_parameter"]) == (printed["luks_uuid"], parameter), params
    result = m.agent("validate-all", instance=name, depth=20, **params)
    assert result.rc == 0, result
    # And for one host: the file as it stands, and the commands.
    m.sh("mkdir -p /etc/luks-ssm")
    m.write(f"/etc/luks-ssm/{name}.conf", printed["for_one_host"])
    assert printed["for_systemd"].splitlines() == [f"luks-ssm check {name}",
                                                   f"systemctl enable --now luks-ssm@{name}.service"]
    rc, answer, err = command(m, "check", name)
    assert rc == 0, err
    assert command(m, "open", name)[0] == 0
    assert [mount["fstype"] for mount in m.mounts_at(f"/srv/{name}")] == [fs]
    rc, answer, _ = provision(m, disk, "/luks/other")
    assert rc == 2 and answer["error"]["code"] == "device-in-use", answer
    assert command(m, "close", name)[0] == 0
    m.sh(f"rm /etc/luks-ssm/{name}.conf")


@long
@limit(300)
def test_a_format_that_is_killed_while_the_filesystem_is_made_is_finished(m):
    disk = m.attach_disk("vol00000000000000f99", size_mib=400)
    m.sh("mv /usr/sbin/mkfs.xfs /usr/sbin/mkfs.xfs.real; printf '#!/bin/sh\\nsleep 60\\n' > /usr/sbin/mkfs.xfs; "
         "chmod +x /usr/sbin/mkfs.xfs")
    try:
        values = m.emulator.values
        way = " ".join(f"--{key.replace('_', '-')}={value}" for key, value in m.aws_parameters.items())
        m.sh(f"(AWS_ACCESS_KEY_ID={values['EMULATOR_ADMIN_KEY']} "
             f"AWS_SECRET_ACCESS_KEY={values['EMULATOR_ADMIN_SECRET']} setsid luks-ssm format {disk.device} "
             f"--ssm-parameter=/luks/killed {way} >/dev/null 2>&1 & echo $! > /run/format.pid); "
             "for i in $(seq 100); do pgrep -f '[s]bin/mkfs.xfs' >/dev/null && break; sleep 0.2; done; "
             "pgrep -f '[s]bin/mkfs.xfs'")
        m.sh("kill -9 -$(cat /run/format.pid); sleep 1")
    finally:
        m.sh("mv /usr/sbin/mkfs.xfs.real /usr/sbin/mkfs.xfs")
    left = [name for name in m.snapshot()["maps"] if name.startswith("luks-ssm-")]
    assert left, "the mapping is left open, as a kill leaves it"
    rc, answer, err = provision(m, disk, "/luks/killed")
    assert (rc, answer.get("result")) == (0, "ok"), err
    assert not [name for name in m.snapshot()["maps"] if name.startswith("luks-ssm-")]
    assert "xfs" == answer["filesystem"]


@limit(120)
def test_a_missing_mkfs_is_said_before_anything_is_stored(m):
    disk = m.attach_disk("vol00000000000000f98", size_mib=64)
    m.sh("mv /usr/sbin/mkfs.btrfs /usr/sbin/mkfs.btrfs.away")
    try:
        rc, answer, _ = provision(m, disk, "/luks/nothing", "--fstype=btrfs")
    finally:
        m.sh("mv /usr/sbin/mkfs.btrfs.away /usr/sbin/mkfs.btrfs")
    assert (rc, answer["error"]["code"]) == (5, "missing-software"), answer
    assert provision(m, disk, "/luks/nothing", "--dry-run")[0] == 0


@limit(240)
def test_the_rehearsal_finds_what_is_wrong_and_changes_nothing(m):
    volume = m.volume(fs="ext4")
    before, left = m.snapshot(), traces(m, volume)
    rc, answer, err = command(m, "check", *options(volume))
    assert rc == 0, err
    rows = {row["what"]: (row["result"], row.get("detail", "")) for row in answer["checks"]}
    assert {result for result, _ in rows.values()} <= {"ok", "note"}, rows
    for what, words in (("rights", "root"), ("software", "dm-crypt"), ("names", "free"), ("device", volume.device),
                        ("header", "LUKS2"), ("KDF memory", "a key slot needs"), ("mount point", volume.directory),
                        ("filesystem", ""), ("unlock", "a copy of the header"), ("clock", ""), ("KMS key", "")):
        assert words in rows[what][1], rows
    assert rows["unlock"][0] == rows["fetch"][0] == "ok"
    # Several faults at once: each has its line, and what does not hang on them is looked at all the same.
    m.sh(f"echo '/dev/x {volume.directory} ext4 defaults 0 0' >> /etc/fstab; "
         "mkdir -p /etc/systemd/system; ln -s /dev/null /etc/systemd/system/luks-ssm@.service")
    try:
        rc, answer, _ = command(m, "check", *options(volume, fstype="ext4", options="no-such-option"))
    finally:
        m.sh(f"sed -i '\\#{volume.directory} #d' /etc/fstab; rm /etc/systemd/system/luks-ssm@.service")
    rows = {row["what"]: (row["result"], row.get("detail", "")) for row in answer["checks"]}
    assert rc == 2 and answer["error"]["code"] == rows["filesystem"][0] == "bad-mount-option", answer
    assert "fstab" in rows["fstab, crypttab, mount units"][1], rows
    assert "/etc/systemd/system/luks-ssm@.service hides" in rows["luks-ssm@.service"][1], rows
    assert rows["unlock"][0] == "ok", rows
    rc, answer, _ = command(m, "check", *options(volume, ssm_parameter="/luks/there-is-none"))
    assert answer["error"]["code"] == "no-such-parameter"
    assert (m.snapshot(), traces(m, volume)) == (before, left)


def filesystem_mib(m, volume) -> int:
    blocks, size = m.sh(["stat", "-f", "-c", "%b %S", volume.directory]).split()
    return int(blocks) * int(size) >> 20


@limit(300)
@each("ext4", more=("xfs", "btrfs"))
def test_mapping_and_filesystem_fill_an_enlarged_disk(m, fs):
    volume = m.volume(fs=fs, size_mib=384)
    m.detach_disk(volume.disk.serial)
    os.truncate(volume.disk.path, 512 << 20)
    m.attach_disk(volume.disk.serial)
    # What stands for the disk has its old length at first.
    disk, name = f"/dev/mapper/{volume.instance}-disk", f"{volume.instance}-disk"
    m.sh(f'dmsetup create {name} --table "0 {384 << 11} linear {volume.device} 0"')
    try:
        given = options(volume, device=disk)
        assert command(m, "open", *given)[0] == 0
        m.sh(f"head -c 1M /dev/urandom > {volume.directory}/kept; sync")
        kept = m.sh(f"sha256sum < {volume.directory}/kept")
        before, mapped = filesystem_mib(m, volume), volume.mapping()["size_bytes"]
        m.sh(f'dmsetup reload {name} --table "0 {512 << 11} linear {volume.device} 0" && dmsetup resume {name}')
        rc, answer, err = command(m, "grow", "--dry-run", *given)
        assert rc == 0 and "nothing was changed" in answer["result"], err
        assert (filesystem_mib(m, volume), volume.mapping()["size_bytes"]) == (before, mapped)
        rc, _, err = command(m, "grow", *given)
        assert rc == 0, err
        assert volume.mapping()["size_bytes"] == mapped + (128 << 20)
        assert filesystem_mib(m, volume) > before + 100, (before, filesystem_mib(m, volume))
        assert m.sh(f"sha256sum < {volume.directory}/kept") == kept
        # What has its full size stays as it is.
        assert command(m, "grow", *given)[0] == 0
        # And so it does where only the version before the newest opens it, as for open.
        m.emulator.put(volume.parameter, "of no slot of this volume")
        rc, _, err = command(m, "grow", *given)
        assert rc == 0, err
        assert command(m, "close", *given)[0] == 0
    finally:
        m.sh(f"dmsetup remove {name}")


@limit(240)
def test_a_mapping_whose_header_is_detached_grows(m):
    volume = m.volume(fs="ext4", header=True)
    assert command(m, "open", *options(volume))[0] == 0
    mapped = volume.mapping()["size_bytes"]
    # As if the disk had grown since.
    m.run(["cryptsetup", "resize", "--header", volume.parameters["header"], "--device-size", str(mapped - (1 << 20)),
           "--key-file", "-", volume.instance], stdin=volume.passphrase.encode(), check=True)
    assert volume.mapping()["size_bytes"] < mapped
    rc, _, err = command(m, "grow", *options(volume))
    assert rc == 0 and volume.mapping()["size_bytes"] == mapped, err
    assert command(m, "close", *options(volume))[0] == 0
