# SPDX-License-Identifier: GPL-2.0-or-later
"""Root's side of a fetch leaves no secret in its memory either: plan, frames, and the key tried on a LUKS header."""
from __future__ import annotations

import json
import os
import signal
import subprocess
import time

from emulator.proxy import Proxy

from . import markers
from .finds import read_log
from .kit import ACCESS_KEY, KEY, MARKED, SECRET, TOKEN, LeakTest
from .test_memory import FAULTS

PROGRAM = "cat"
KDFS = {"pbkdf2": ["--pbkdf", "pbkdf2", "--pbkdf-force-iterations", "1000"],
        "argon2id": ["--pbkdf", "argon2id", "--pbkdf-memory", "32", "--pbkdf-force-iterations", "4"]}


class RootSide(LeakTest):
    def device(self, kdf: str, key: str = KEY) -> str:
        path = self.directory / f"{kdf}.luks"
        with open(path, "wb") as file:
            file.truncate(20 << 20)
        subprocess.run(["cryptsetup", "luksFormat", "-q", "--type", "luks2", *KDFS[kdf], "--key-file", "-", path],
                       input=key.encode(), check=True, stderr=subprocess.DEVNULL)
        return str(path)

    def variables(self, *lines: str) -> str:
        return self.write("environment", "".join(line + "\n" for line in (
            f"AWS_ACCESS_KEY_ID={ACCESS_KEY}", f"AWS_SECRET_ACCESS_KEY={SECRET}", f"AWS_SESSION_TOKEN={TOKEN}",
            "AWS_REGION=eu-central-1", *lines)))

    def crash_at(self, number: int, arguments: list[str]) -> tuple[list, list]:
        """One fetch whose root side is ended at this system call, its own or that of a child that is not the helper yet."""
        program = os.path.join(os.environ["LUKS_SSM_LEAKS"], "open_key")
        words = self.watch_arguments(self.needles(), "crash", "open_key", number, signal.SIGSEGV)[:-1]
        subprocess.run([*words, program, *arguments], stdout=subprocess.DEVNULL, check=False, timeout=40, env={"HOME": "/nowhere"})
        return read_log(self.log)

    def opened(self, expected: str | None, needles: dict | None = None, **params) -> None:
        base = {"ssm_parameter": MARKED, "directory": "/nowhere", "ca_bundle": str(self.ca),
                "endpoint_url": self.aws.endpoint}
        arguments = self.watch_arguments(needles or self.needles())[:-1]
        program = os.path.join(os.environ["LUKS_SSM_LEAKS"], "open_key")
        done = subprocess.run([*arguments, program, *(f"{name}={value}" for name, value in {**base, **params}.items())],
                              stdout=subprocess.PIPE, text=True, check=True, timeout=40, env={"HOME": "/nowhere"})
        status = done.stdout.split("\n")[0]
        self.assertTrue(status == expected if expected else status != "ok", done.stdout)
        finds, rest = read_log(self.log)
        # Another's program, which a profile names, ends as it likes.
        self.assertEqual([str(find) for find in finds if find.when == "exit" and find.comm != PROGRAM], [])
        self.assertLessEqual({"open_key"}, {words[2] for words in rest if words[0] == "exit"})

    def test_a_key_that_opens_the_device_leaves_nothing(self):
        for kdf in KDFS:
            with self.subTest(kdf):
                self.opened("ok", device=self.device(kdf), environment_file=self.variables())

    def test_a_key_that_does_not_open_the_device_leaves_nothing(self):
        self.opened("wrong-key", device=self.device("pbkdf2", "another"), environment_file=self.variables())

    def test_secrets_lie_in_locked_memory_only_while_the_key_is_fetched(self):
        fault = self.aws.fault("delay", service="ssm", seconds=3)
        base = {"ssm_parameter": MARKED, "directory": "/nowhere", "ca_bundle": str(self.ca), "device": "/nowhere",
                "endpoint_url": self.aws.endpoint, "environment_file": self.variables()}
        program = os.path.join(os.environ["LUKS_SSM_LEAKS"], "open_key")
        arguments = [*self.watch_arguments(self.needles())[:-1], program]
        with subprocess.Popen([*arguments, *(f"{name}={value}" for name, value in base.items())],
                              stdout=subprocess.DEVNULL, env={"HOME": "/nowhere"}) as watch:
            until = time.monotonic() + 15
            while not fault.fired and time.monotonic() < until:
                time.sleep(0.05)
            watch.send_signal(signal.SIGUSR1)
        during = [find for find in read_log(self.log)[0] if find.when == "look" and find.comm == "open_key"]
        self.assertIn("secret-access-key", {find.needle for find in during})
        self.assertEqual([str(find) for find in during if "lo" not in find.flags], [])

    def test_a_crash_at_any_moment_leaves_nothing_in_the_others(self):
        """Whoever the signal does not end, ends as always: a child on its way to become the helper is one of them."""
        base = {"ssm_parameter": MARKED, "directory": "/nowhere", "ca_bundle": str(self.ca), "device": "/nowhere",
                "endpoint_url": self.aws.endpoint, "environment_file": self.variables()}
        arguments = [f"{name}={value}" for name, value in base.items()]
        calls = int(self.crash_at(1 << 30, arguments)[1][-1][4])
        crashed = 0
        # In the first half nothing is read yet, nor can it be in the others then.
        for number in range(calls // 2, calls + 1):
            finds, rest = self.crash_at(number, arguments)
            crashed += any(words[0] == "crash" for words in rest)
            self.assertEqual([str(find) for find in finds if find.when == "exit"], [], f"call {number} of {calls}")
        self.assertGreater(crashed, calls // 3)

    def test_a_fetch_under_each_fault_of_the_service_leaves_nothing(self):
        """Those that spoil nothing end at the device, which is not there."""
        arguments = {"device": "/nowhere", "environment_file": self.variables(), "test_deadline_ms": 1500}
        for do, how in FAULTS:
            with self.subTest(f"{do} {how}"):
                self.aws.faults.clear()
                self.aws.fault(do, service="https" if do.startswith("connect") else "ssm", **how)
                self.opened(None, **arguments)

    def test_a_profile_leaves_nothing(self):
        credentials = self.write("credentials", f"[night]\naws_access_key_id = {ACCESS_KEY}\n"
                                 f"aws_secret_access_key = {SECRET}\naws_session_token = {TOKEN}\nregion = eu-central-1\n")
        self.opened("ok", device=self.device("pbkdf2"), profile="night", region="eu-central-1",
                    environment_file=self.write("others", f"AWS_SHARED_CREDENTIALS_FILE={credentials}\n"))

    def test_a_profiles_program_leaves_nothing(self):
        """It gets the resource's own variables, which are secrets here, and prints others."""
        document = json.dumps({"Version": 1, "AccessKeyId": ACCESS_KEY, "SecretAccessKey": SECRET, "SessionToken": TOKEN})
        self.write("document", document)
        program = self.write("program", f"#!/bin/sh\nexec cat {self.directory}/document\n", 0o700)
        config = self.write("config", f"[profile night]\ncredential_process = {program}\nregion = eu-central-1\n")
        self.opened("ok", device=self.device("pbkdf2"), profile="night", config_file=config,
                    environment_file=self.variables())

    def test_a_proxys_login_leaves_nothing_after_a_tunnel_and_after_a_refusal(self):
        password = markers.text("proxy password", 40)
        needles = self.needles(password=password, login=markers.login("user", password))
        with Proxy(login=("user", password)) as proxy:
            proxy.places[f"localhost:{self.aws.https_port}"] = ("127.0.0.1", self.aws.https_port)
            file = self.variables(f"HTTPS_PROXY={proxy.url_with('user', password)}")
            self.opened("ok", needles, device=self.device("pbkdf2"), environment_file=file)
            proxy.login = ("user", "another")
            self.opened("proxy-refused", needles, device="/nowhere", environment_file=file)
            self.assertEqual(proxy.statuses, [200, 407])

    def test_a_login_of_no_proxy_leaves_nothing(self):
        password = markers.text("proxy password", 40)
        self.opened(None, self.needles(password=password, login=markers.login("user", password)),
                    device="/nowhere", endpoint_url="https://ssm.eu-central-1.amazonaws.com",
                    environment_file=self.variables(f"HTTPS_PROXY=http://user:{password}@127.0.0.1:9"))


del LeakTest
