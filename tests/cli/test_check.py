# SPDX-License-Identifier: GPL-2.0-or-later
"""check and status: a line for each thing, whatever became of the others. What a kernel is needed for is in tests/kernel."""
from __future__ import annotations

import os

from emulator import ADMIN_KEY, ADMIN_SECRET, READER_KEY, READER_SECRET
from emulator.emulator import NODE_ROLE

from .kit import CommandTest

NODE_PARTS = ["rights", "software", "names", "device", "header", "KDF memory", "mount point", "filesystem", "unlock"]
BEFORE = ["parameters", "clock", "credentials", "fetch"]
AFTER = ["fstab, crypttab, mount units", "luks-ssm@.service", "Pacemaker"]
READER = {"AWS_ACCESS_KEY_ID": READER_KEY, "AWS_SECRET_ACCESS_KEY": READER_SECRET}
NO_KEYS = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}


class CheckTest(CommandTest):

    def rows(self, *words: str, parameter: str = "/luks/checked", env: dict | None = None) -> dict:
        """What each line says: result and detail, by its name."""
        done = self.run_command("check", *self.way, "--json", f"--ssm-parameter={parameter}", "--device=/dev/there-is-none",
                           "--directory=/srv/there-is-none", "--map-name=there-is-none", "--timeout=20", *words, env=env)
        self.assertNotEqual(done.rc, 0)
        self.assertEqual(done.answer["error"]["code"], next(
            row["result"] for row in done.answer["checks"] if row["result"] not in ("ok", "note", "skipped")))
        names = [row["what"] for row in done.answer["checks"]]
        self.assertEqual(len(names), len(set(names)), "one line each")
        return {row["what"]: (row["result"], row.get("detail", "")) for row in done.answer["checks"]}

    def test_there_is_a_line_for_each_thing_also_behind_one_that_is_not_ok(self):
        version = self.aws.put("/luks/checked", "a passphrase of some length")
        rows = self.rows()
        self.assertEqual(list(rows), [*BEFORE, "jail of luks-ssm-aws", "KMS key", *NODE_PARTS, *AFTER])
        self.assertEqual(rows["fetch"], ("ok", f"version {version} in eu-central-1"))
        if os.geteuid() != 0:
            self.assertEqual(rows["rights"][0], "not-root")
            return
        self.assertEqual(rows["device"][0], "no-device")
        self.assertEqual([rows[what][0] for what in ("header", "KDF memory", "unlock")], ["skipped"] * 3)
        self.assertEqual(rows["mount point"], ("ok", "/srv/there-is-none"))
        rows = self.rows(parameter="/luks/there-is-none")
        self.assertEqual(list(rows), [*BEFORE, "jail of luks-ssm-aws", "KMS key", *NODE_PARTS, *AFTER])
        self.assertEqual([rows[what][0] for what in ("jail of luks-ssm-aws", "KMS key", "Pacemaker")],
                         ["skipped", "skipped", "ok"])
        self.assertEqual((rows["fetch"][0], rows["device"][0]), ("no-such-parameter", "no-device"))

    def test_the_clock_has_a_line(self):
        result, detail = self.rows()["clock"]
        self.assertIn((result, "clock" in detail or "2024" in detail), (("ok", True), ("note", True)))

    def test_it_is_said_which_credentials_are_taken(self):
        self.aws.put("/luks/checked", "a passphrase of some length")
        keys = f"aws_access_key_id = {ADMIN_KEY}\naws_secret_access_key = {ADMIN_SECRET}\n"
        shared = self.directory / ".aws"
        shared.mkdir(exist_ok=True)
        self.addCleanup((shared / "credentials").unlink)
        (shared / "credentials").write_text(f"[default]\n{keys}[other]\n{keys}")
        (shared / "credentials").chmod(0o600)
        variables = self.directory / "variables"
        variables.write_text(f"AWS_ACCESS_KEY_ID={ADMIN_KEY}\nAWS_SECRET_ACCESS_KEY={ADMIN_SECRET}\n")
        variables.chmod(0o600)
        for words, env, expected in (
                ((), {}, "from the environment"),
                ((), NO_KEYS, "from profile default"),
                (("--profile=other",), {}, "from profile other"),
                ((f"--environment-file={variables}",), {}, f"from {variables}"),
                ((f"--role-arn={self.aws.world.role(NODE_ROLE).arn}",), {"AWS_ENDPOINT_URL_STS": self.aws.endpoint},
                 "from the environment, for a role"),
                ((), {**NO_KEYS, "HOME": "/nowhere", "AWS_EC2_METADATA_SERVICE_ENDPOINT": self.aws.metadata_endpoint},
                 "from instance metadata")):
            with self.subTest(expected=expected):
                rows = self.rows(*words, env=env)
                self.assertEqual(rows["credentials"], ("ok", expected))
                self.assertEqual(rows["fetch"][0], "ok", rows["fetch"])
        rows = self.rows("--profile=there-is-none")
        self.assertEqual(rows["credentials"][0], "bad-profile")
        self.assertIn("there-is-none", rows["credentials"][1])

    def test_the_accounts_own_key_is_told_of_and_a_reader_learns_who_may_ask(self):
        self.aws.put("/luks/checked", "a passphrase of some length")
        self.assertEqual(self.rows()["KMS key"], ("ok", "alias/luks"))
        self.aws.put("/luks/shared", "a passphrase of some length", key="alias/aws/ssm")
        result, detail = self.rows(parameter="/luks/shared")["KMS key"]
        self.assertEqual(result, "note")
        self.assertIn("everybody in the account", detail)
        result, detail = self.rows(parameter="/luks/shared", env=READER)["KMS key"]
        self.assertEqual(result, "note")
        for word in ("ssm:GetParameterHistory", "--profile"):
            self.assertIn(word, detail)

    def test_status_says_where_the_key_comes_from_and_asks_nobody(self):
        asked = len(self.aws.log.tail(1000))
        variables = self.directory / "of-status"
        variables.write_text("")
        for words, expected in ((("--region=eu-central-1",), ("eu-central-1", "as found")), ((), ("as found", "as found")),
                                (("--profile=node",), ("as found", "node")),
                                ((f"--environment-file={variables}",), ("as found", str(variables)))):
            key = self.run_command("status", "--json", "--map-name=there-is-none", "--device=/dev/there-is-none",
                                   "--directory=/srv/x", "--ssm-parameter=/luks/x", *words).answer["key"]
            self.assertEqual((key["parameter"], key["region"], key["credentials"]), ("/luks/x", *expected))
        self.assertEqual(len(self.aws.log.tail(1000)), asked)
