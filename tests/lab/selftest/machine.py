# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab itself: what the suites rely on holds in a machine."""

import time

from lab import CommandTimeout, each


def test_a_hung_command_is_killed_and_others_go_on(m):
    other = m.start("sleep 5; echo done")
    try:
        m.run("sleep 100 & sleep 100", timeout=1)
    except CommandTimeout:
        pass
    else:
        raise AssertionError("no timeout")
    assert other.running()
    assert other.wait().out == "done\n"


def test_standard_input_output_and_codes_come_through(m):
    result = m.run("cat; echo bad >&2; exit 7", stdin=b"abc")
    assert (result.rc, result.out, result.err) == (7, "abc", "bad\n")
    data = bytes(range(256)) * 5000
    m.write("/root/data", data)
    assert m.read("/root/data") == data
    assert m.run("kill -TERM $$").rc == -15


def test_a_background_child_does_not_hold_its_command_up(m):
    assert m.run("sleep 30 & echo started", timeout=10).out == "started\n"
    assert m.run("pgrep -x sleep").rc == 0
    m.wipe()
    assert m.run("pgrep -x sleep").rc == 1


def test_an_ebs_volume_is_hot_plugged_and_pulled(m):
    disk = m.attach_disk("vol0123456789abcdef0")
    node = disk.device.split("/")[-1]
    assert m.sh(f"cat /sys/block/{node}/device/serial").strip() == "vol0123456789abcdef0"
    m.sh(f"printf hello | dd of={disk.device} conv=fsync status=none")
    m.detach_disk("vol0123456789abcdef0")
    assert m.run(f"test -e /sys/block/{node}").rc == 1
    m.attach_disk("vol0123456789abcdef0")
    assert m.sh(f"head -c 5 {disk.device}") == "hello"


def test_a_throttled_disk_is_slow(m):
    disk = m.attach_disk("vol0123456789abcdef0")
    read = f"dd if={disk.device} of=/dev/null bs=64k count=32 iflag=direct status=none"
    quick = m.run(read, check=True).seconds
    m.throttle_disk(disk.serial, bytes_per_s=1 << 20)
    slow = m.run(read, check=True).seconds
    m.throttle_disk(disk.serial)
    assert slow > quick + 0.7, (quick, slow)


@each((1, "xfs"), more=((2, "ext4"), (2, "btrfs")))
def test_a_volume_opens_mounts_and_is_wiped(m, luks, fs):
    volume = m.volume(luks=luks, fs=fs)
    volume.mount()
    assert volume.mounted()
    assert volume.mapping()["uuid"].startswith(f"CRYPT-LUKS{luks}-{volume.uuid.replace('-', '')}")
    m.start(f"cd {volume.directory}; exec sleep 1000")
    m.sh(f"unshare -m sh -c 'sleep 1000 & mount --bind {volume.directory} /mnt'")
    m.wipe()
    assert not m.snapshot()["maps"] and not m.disks


def test_a_hung_disk_does_not_outlive_wipe(m):
    volume = m.volume()
    size = m.sh(["blockdev", "--getsz", volume.device])
    m.sh(f"dmsetup create slow --noudevsync --table '0 {size} delay {volume.device} 0 100000'")
    # udev's own reader hangs as well: its link in /dev/mapper never comes.
    node = m.snapshot()["maps"]["slow"]["node"]
    reader = m.start(f"dd if=/dev/{node} of=/dev/null bs=4k count=1 iflag=direct")
    time.sleep(1)
    assert reader.running()
    m.wipe()
    assert not m.snapshot()["maps"]


def test_udevd_is_back_after_a_case_that_stopped_it(m):
    m.sh("udevadm control --exit; sleep 1; ! pgrep -x systemd-udevd")
    m.wipe()
    assert m.run("pgrep -x systemd-udevd").rc == 0
    volume = m.volume(fs="")
    volume.open()


def test_metadata_and_aws_names_reach_the_emulator(m):
    token = m.sh("curl -sS -m 20 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "
                 "http://169.254.169.254/latest/api/token")
    role = m.sh(f"curl -sS -m 20 -H 'X-aws-ec2-metadata-token: {token}' "
                "http://169.254.169.254/latest/meta-data/iam/security-credentials/")
    assert role == "luks-node", role
    answer = m.run("curl -sS -m 20 --cacert /etc/luks-ssm/emulator-ca.pem -o /dev/null "
                   "-w '%{http_code}' https://ssm.eu-central-1.amazonaws.com/")
    assert answer.rc == 0 and answer.out != "000", answer


def test_nothing_outside_can_be_reached(m):
    connect = "import socket; socket.create_connection(('10.0.2.2', 22), 3)"
    assert m.run(["python3", "-c", connect]).rc != 0


def test_a_frozen_machine_wakes_up_and_a_cut_one_boots_again(m):
    m.freeze()
    command = m.start("true")
    time.sleep(1)
    assert command.running()
    m.thaw()
    assert command.wait().rc == 0
    m.sh("echo kept > /root/kept; sync")
    m.power_cut()
    assert not m.running
    m.boot()
    assert m.sh("cat /root/kept") == "kept"
