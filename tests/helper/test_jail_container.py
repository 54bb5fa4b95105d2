# SPDX-License-Identifier: GPL-2.0-or-later
"""Containers give a part of the jail or none: each fetch goes on and says what is missing, or ends where it must hold."""
from __future__ import annotations

import json
import os
import time
from pathlib import Path

from emulator import ADMIN_KEY, ADMIN_SECRET

from . import frames, helper
from .container import Container
from .kit import NAME, PASSPHRASE, HelperTest

LOCK, LANDLOCK, FILTER = 1, 2, 4
NAMES = {LOCK: "locked memory", LANDLOCK: "Landlock", FILTER: "a system call filter"}
WITH = {LOCK: ["--capability=CAP_IPC_LOCK"], LANDLOCK: ["--system-call-filter=landlock_create_ruleset landlock_add_rule "
                                                        "landlock_restrict_self"]}
WITHOUT = {LOCK: ["--drop-capability=CAP_IPC_LOCK"], LANDLOCK: ["--system-call-filter=~landlock_create_ruleset"]}
FIRST_ID = 1 << 20


def line(gaps: int) -> str:
    missing = ", ".join(name for gap, name in NAMES.items() if gaps & gap)
    return f"this host or container does not give {missing}" if gaps else \
        "memory locked, files limited, system calls filtered"


class InAContainer(HelperTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.directory.chmod(0o755)
        cls.disk = cls.directory / "disk"
        cls.disk.write_bytes(b"")
        os.truncate(cls.disk, 40 << 20)
        (cls.directory / "root").mkdir()
        build = Path(helper.program()).parent
        cls.container = Container(cls.directory / "root", [str(build), str(cls.ca), str(cls.disk)])

    def setUp(self):
        super().setUp()
        if not self.container.possible():
            self.skipTest("only root can make a container, and not in each of them")

    def reply(self, how: list[str]) -> dict:
        """The helper alone: its own word of what is missing."""
        values = {"DEADLINE": int((time.monotonic() + 20) * 1000), **self.request()}
        done = self.container.run(["/usr/bin/env", "-i", "LD_BIND_NOW=1", helper.program()], how, frames.request(values))
        self.assertEqual(done.returncode, 0, done.stderr)
        return frames.parse_reply(done.stdout)

    def gaps(self, how: list[str]) -> int:
        reply = self.reply(how)
        self.assertEqual((frames.STATUSES[reply["STATUS"]], reply.get("KEY")), ("ok", PASSPHRASE.encode()), reply)
        return reply["JAIL_GAPS"]

    def checked(self, how: list[str]) -> dict:
        """luks-ssm check as a whole: what each line says."""
        keys = [f"--setenv=AWS_ACCESS_KEY_ID={ADMIN_KEY}", f"--setenv=AWS_SECRET_ACCESS_KEY={ADMIN_SECRET}"]
        done = self.container.run([os.environ["LUKS_SSM"], "check", "--json", "--region=eu-central-1",
                                   f"--endpoint-url={self.aws.endpoint}", f"--ca-bundle={self.ca}", f"--ssm-parameter={NAME}",
                                   f"--device={self.disk}", "--directory=/root"], [*keys, *how])
        return {row["what"]: row["detail"] for row in json.loads(done.stdout)["checks"]}

    def works_without(self, how: list[str], gaps: int) -> None:
        self.assertEqual(self.gaps(how), gaps, how)
        rows = self.checked(how)
        self.assertEqual(rows["fetch"], "version 1 in eu-central-1")
        self.assertEqual(rows["jail of luks-ssm-aws"], line(gaps))

    def of_this_host(self) -> int:
        """What is missing outside of every container already."""
        values = {"DEADLINE": int((time.monotonic() + 10) * 1000), **self.request()}
        code, output = helper.run(frames.request(values))
        self.assertEqual(code, 0)
        return frames.parse_reply(output)["JAIL_GAPS"]

    def test_what_a_container_does_not_give_is_named_and_nothing_else(self):
        host = self.of_this_host()
        for missing in (0, LOCK, LANDLOCK, LOCK | LANDLOCK):
            how = [word for gap in (LOCK, LANDLOCK) for word in (WITHOUT if missing & gap else WITH)[gap]]
            with self.subTest(missing):
                self.works_without(how, host | missing)

    def test_a_container_as_it_comes_lets_a_fetch_through_and_is_told_of(self):
        self.works_without([], self.gaps([]))

    def test_a_container_of_an_ordinary_users_ids_lets_a_fetch_through(self):
        for path in (self.ca, self.disk):
            os.chown(path, FIRST_ID, FIRST_ID)
            self.addCleanup(os.chown, path, 0, 0)
        how = [f"--private-users={FIRST_ID}:65536", "--private-users-ownership=off"]
        self.works_without(how, self.gaps(how))

    def test_no_key_is_fetched_where_root_cannot_be_given_up(self):
        before = self.aws.log.counters["connections"]
        how = ["--drop-capability=CAP_SETUID"]
        reply = self.reply(how)
        self.assertEqual(frames.STATUSES[reply["STATUS"]], "helper-broken")
        self.assertIn("giving up root failed (Operation not permitted)", reply["REASON"])
        self.assertEqual(self.checked(how)["fetch"], reply["REASON"])
        self.assertEqual(self.aws.log.counters["connections"], before)


del HelperTest
