# SPDX-License-Identifier: GPL-2.0-or-later
"""Requests that are not one request of this version; and the jail, looked at from outside."""
from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

from . import frames, helper
from .kit import HelperTest

CHILD = """
import os, subprocess, sys
data = open(sys.argv[1], "rb").read()
p = subprocess.Popen([sys.argv[2]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={"LD_BIND_NOW": "1"})
p.stdin.write(data); p.stdin.close()
print(p.pid, flush=True)
p.wait()
"""


class Frames(HelperTest):
    def broken(self, data: bytes):
        code, output = helper.run(data)
        reply = frames.parse_reply(output)
        self.assertEqual((code, frames.STATUSES[reply["STATUS"]]), (0, "helper-broken"))
        self.assertNotIn("KEY", reply)

    def test_what_is_not_exactly_one_request_of_this_version_is_refused(self):
        body = frames.request(self.request())[9:]
        good = frames.frame(body)
        for name, data in {
            "nothing": b"", "half a header": good[:5], "another magic": b"XSA" + good[3:],
            "another version": frames.frame(body, version=2), "a reply": frames.frame(body, kind=2),
            "cut short": good[:-1], "a trailing byte": good + b"\0",
            "a field twice": frames.frame(body + frames.field("REGION", "eu-west-1")),
            "an unknown field": frames.frame(body + struct.pack(">BBI", 250, 0, 0) + b"\0"),
            "a field of replies": frames.frame(body + frames.field("KEY", b"x")),
            "a place beyond the list": frames.frame(body + frames.field("ROLE_ARN", "x", 9)),
            "a place in a field that is no list": frames.frame(body + frames.field("ENCODING", "x", 1)),
            "a length beyond the frame": frames.frame(body + struct.pack(">BBI", 1, 0, 2**31) + b"x\0"),
            "a missing NUL": frames.frame(body[:-1] + b"x"),
            "a NUL in a text": frames.frame(body + frames.field("REGION_DEFAULT", b"a\0b")),
            "a text that is too long": frames.frame(body + frames.field("REGION_DEFAULT", "a" * 65)),
            "a short number": frames.frame(body + struct.pack(">BBI", frames.FIELDS["FIPS"][0], 0, 4)
                                           + b"\0\0\0\1\0"),
            "without its parameter": frames.request(self.request(PARAMETER=None)),
        }.items():
            with self.subTest(name):
                self.broken(data)

    def test_a_request_without_end_is_refused_and_not_kept(self):
        self.broken(b"LSA\1\1" + b"\xff" * (6 << 20))


class Jail(HelperTest):
    def held(self) -> subprocess.Popen:
        """A helper in the middle of its fetch."""
        self.aws.fault("hang", service="ssm")
        deadline = int((time.monotonic() + 20) * 1000)
        process = helper.start(frames.request(self.request(DEADLINE=deadline)))
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.wait_for(lambda: self.aws.log.counters["tls_handshakes"] > self.before)
        return process

    def setUp(self):
        super().setUp()
        self.before = self.aws.log.counters["tls_handshakes"]

    def wait_for(self, true, seconds: float = 10):
        end = time.monotonic() + seconds
        while not true():
            self.assertLess(time.monotonic(), end, "waited in vain")
            time.sleep(0.02)

    def status(self, pid: int) -> dict:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return dict(line.split(":\t", 1) for line in lines if ":\t" in line)

    def test_a_fetching_helper_has_no_rights_left(self):
        status = self.status(self.held().pid)
        self.assertNotIn("0", status["Uid"].split())
        self.assertEqual(len(set(status["Uid"].split())), 1)
        self.assertEqual(len(set(status["Gid"].split())), 1)
        if os.geteuid() == 0:
            self.assertEqual(status["Groups"].split(), [])
        for sets in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            self.assertEqual(int(status[sets], 16), 0, sets)
        self.assertEqual(status["NoNewPrivs"], "1")
        self.assertEqual(status["Seccomp"], "2")

    def test_a_fetching_helper_is_not_dumpable_and_has_one_variable(self):
        pid = self.held().pid
        # The kernel gives the files of an undumpable process to root.
        self.assertEqual(Path(f"/proc/{pid}/status").stat().st_uid, 0)
        if os.geteuid() == 0:
            self.assertEqual(Path(f"/proc/{pid}/environ").read_bytes(), b"LD_BIND_NOW=1\0")
            limits = Path(f"/proc/{pid}/limits").read_text()
            self.assertRegex(limits, r"Max core file size +0 +0 ")

    def test_a_fetching_helper_has_only_its_pipes_and_sockets(self):
        if os.geteuid() != 0:
            self.skipTest("only root may look into an undumpable process")
        pid = self.held().pid
        kinds = {os.readlink(f"/proc/{pid}/fd/{fd}").split(":")[0] for fd in os.listdir(f"/proc/{pid}/fd")}
        self.assertLessEqual(kinds, {"pipe", "socket", "/dev/null", "anon_inode"})

    def test_the_parents_death_is_the_helpers(self):
        self.aws.fault("hang", service="ssm")
        data = self.directory / "request"
        deadline = int((time.monotonic() + 20) * 1000)
        data.write_bytes(frames.request(self.request(DEADLINE=deadline)))
        parent = subprocess.Popen([sys.executable, "-c", CHILD, str(data), helper.program()],
                                  stdout=subprocess.PIPE, text=True)
        self.addCleanup(parent.wait)
        self.addCleanup(parent.stdout.close)
        pid = int(parent.stdout.readline())
        self.wait_for(lambda: self.aws.log.counters["tls_handshakes"] > self.before)
        parent.send_signal(signal.SIGKILL)
        self.wait_for(lambda: not Path(f"/proc/{pid}").exists()
                      or self.status(pid)["State"].startswith("Z"), 5)

    def test_the_deadline_ends_a_fetch_in_any_phase(self):
        for fault in ({"do": "connect_hang", "service": "https"}, {"do": "hang", "service": "ssm"},
                      {"do": "drip", "service": "ssm", "seconds": 0.5}):
            self.aws.faults.clear()
            self.aws.fault(**fault)
            self.assertLess(self.refused("unreachable", deadline_s=2).seconds, 3)
