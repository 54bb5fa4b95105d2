# SPDX-License-Identifier: GPL-2.0-or-later
"""The emulator as a process: ports, control socket, log, and that it never outlives its parent."""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from .control import ControlError, ask

TOP = Path(__file__).resolve().parent.parent
PYTHON = "/usr/bin/python3"


class Process(unittest.TestCase):
    """What both kinds of test need; has none of its own."""

    directory: Path

    def path(self, name: str) -> str:
        return str(self.directory / name)

    def start(self, *options: str, **how) -> subprocess.Popen:
        process = subprocess.Popen(self.words(*options), cwd=TOP, stdout=subprocess.DEVNULL, **how)
        self.addCleanup(self.end, process)
        self.ports = self.read_ports()
        return process

    def words(self, *options: str) -> list:
        return [PYTHON, "-B", "-m", "emulator", "--port-file", self.path("ports"), "--control",
                self.path("control"), "--ca-out", self.path("ca.pem"), *options]

    def end(self, process) -> None:
        process.kill()
        process.wait()

    def read_ports(self) -> dict:
        deadline = time.monotonic() + 20
        while not os.path.exists(self.path("ports")):
            self.assertLess(time.monotonic(), deadline, "no port file")
            time.sleep(0.02)
        lines = Path(self.path("ports")).read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)

    def ended(self, pid: int) -> bool:
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            try:
                state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").split(") ")[1][0]
            except (FileNotFoundError, ProcessLookupError):
                return True
            if state == "Z":
                return True
            time.sleep(0.02)
        return False

    def ask(self, verb, **details):
        return ask(self.path("control"), verb, **details)


class Running(Process):
    """Against one process for all tests."""

    @classmethod
    def setUpClass(cls):
        cls.directory = Path(tempfile.mkdtemp(prefix="emulator-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        one = cls()
        cls.process = subprocess.Popen(one.words(), cwd=TOP, stdout=subprocess.DEVNULL)
        cls.addClassCleanup(one.end, cls.process)
        one.read_ports()

    def test_it_is_scripted_over_its_control_socket(self):
        self.assertEqual(self.ask("ping"), {"pid": self.process.pid})
        self.assertEqual(self.ask("put", name="/luks/a", value="the passphrase"), 1)
        self.assertEqual(self.ask("fault", do="error", name="x")["name"], "x")
        self.assertEqual(self.ask("faults")[0]["do"], "error")
        self.assertEqual(self.ask("clear"), 1)
        self.assertEqual(self.ask("clock", offset=5), 5.0)
        self.assertEqual(self.ask("tls", kind="expired")["kind"], "expired")
        self.ask("metadata", role=None)
        self.ask("network", source_vpce="vpce-1")
        self.ask("kms_state", key="alias/luks", state="Disabled")
        self.ask("policies", name="reader", policies=[])
        self.assertTrue(self.ask("session", role="luks-node")["key_id"].startswith("ASIA"))
        self.assertEqual(self.ask("counters"), {})

    def test_unknown_verbs_and_settings_are_refused(self):
        for verb, details in (("explode", {}), ("call", {}), ("_set", {}), ("fault", {"do": "x"}),
                              ("metadata", {"nonsense": 1}), ("network", {"lock": 1})):
            with self.assertRaises(ControlError, msg=verb):
                self.ask(verb, **details)

    def test_the_control_socket_is_for_its_owner(self):
        self.assertEqual(os.stat(self.path("control")).st_mode & 0o777, 0o600)

    def test_a_shell_can_talk_to_it(self):
        words = [PYTHON, "-B", "-m", "emulator", "control", self.path("control")]
        done = subprocess.run([*words, "put", '{"name": "/a", "value": "v"}'], cwd=TOP, check=False,
                              capture_output=True, text=True, timeout=30)
        self.assertEqual((done.returncode, done.stdout), (0, "1\n"))
        done = subprocess.run([*words, "nonsense"], cwd=TOP, check=False, capture_output=True,
                              text=True, timeout=30)
        self.assertEqual(done.returncode, 1)
        self.assertIn("unknown verb", done.stderr)

    def test_it_listens_on_loopback_only(self):
        inodes = set()
        for entry in os.listdir(f"/proc/{self.process.pid}/fd"):
            target = os.readlink(f"/proc/{self.process.pid}/fd/{entry}")
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
        listening = []
        for table in ("tcp", "tcp6"):
            for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
                words = line.split()
                if words[9] in inodes and words[3] == "0A":
                    listening.append(words[1].split(":")[0])
        self.assertEqual(listening, ["0100007F", "0100007F"])


class Life(Process):
    """A process of its own for each test: how it begins and ends."""

    def setUp(self):
        self.directory = Path(tempfile.mkdtemp(prefix="emulator-test-"))
        self.addCleanup(shutil.rmtree, self.directory)

    def test_state_is_loaded_and_the_log_is_lines_of_json(self):
        state = {"users": [{"name": "u", "key_id": "AKIAU", "secret": "s", "policies": []}],
                 "parameters": [{"name": "/luks/s", "value": "the passphrase"}],
                 "faults": [{"do": "error"}], "metadata": {"region": "eu-west-1"}}
        Path(self.path("state")).write_text(json.dumps(state), encoding="utf-8")
        self.start("--state", self.path("state"), "--log", self.path("log"))
        subprocess.run(["/usr/bin/curl", "-s", "-o", self.path("out"), "--cacert",
                        self.path("ca.pem"), self.ports["EMULATOR_ENDPOINT"], "-d", "x=1"],
                       check=False, timeout=30)
        self.assertIn("InternalServerError", Path(self.path("out")).read_text(encoding="utf-8"))
        text = Path(self.path("log")).read_text(encoding="utf-8")
        self.assertEqual(json.loads(text.splitlines()[0])["faults"], ["error"])
        self.assertNotIn("passphrase", text)

    def test_a_killed_parent_takes_it_along(self):
        script = "import subprocess, sys; subprocess.Popen(sys.argv[1:]).wait()"
        parent = subprocess.Popen([PYTHON, "-c", script, *self.words()], cwd=TOP,
                                  stdout=subprocess.DEVNULL)
        self.addCleanup(self.end, parent)
        pid = int(self.read_ports()["EMULATOR_PID"])
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        self.assertTrue(self.ended(pid))

    def test_the_end_of_stdin_ends_it(self):
        process = self.start("--until-stdin-ends", stdin=subprocess.PIPE)
        process.stdin.close()
        self.assertEqual(process.wait(10), 0)

    def test_sigterm_ends_it_cleanly(self):
        process = self.start()
        process.terminate()
        self.assertEqual(process.wait(10), 0)
        self.assertFalse(os.path.exists(self.path("control")))
