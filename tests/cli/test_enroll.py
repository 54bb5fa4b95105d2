# SPDX-License-Identifier: GPL-2.0-or-later
"""enroll: one more slot from Parameter Store; what opened the device before still does."""
from __future__ import annotations

from .kit import PASSPHRASE, CommandTest


class EnrollTest(CommandTest):

    def enroll(self, path, *words, key=PASSPHRASE):
        old = self.directory / "old"
        old.write_text(key)
        return self.run_command("enroll", str(path), *self.way, f"--ssm-parameter={self.name}",
                                f"--key-file={old}", "--json", *words)

    @property
    def name(self) -> str:
        return f"/luks/{self.id().rsplit('.', 1)[-1]}"

    def test_both_keys_open_a_luks1_device_afterwards(self):
        path = self.luks_image(1)
        done = self.enroll(path)
        self.assertEqual(done.rc, 0, done)
        self.assertIsNotNone(self.opens(path, PASSPHRASE))
        self.assertIsNotNone(self.opens(path, self.stored(self.name)["Value"]))

    def test_luks2_slots_stay_where_they_are(self):
        path = self.luks_image()
        self.assertEqual(self.enroll(path).rc, 0)
        self.assertEqual(self.opens(path, PASSPHRASE), 0)
        self.assertEqual(self.opens(path, self.stored(self.name)["Value"]), 1)

    def test_the_printed_configuration_has_the_region_that_was_found(self):
        variables = self.directory / "variables"
        variables.write_text("AWS_REGION=eu-central-1\n" + "".join(
            f"{name}={self.environment[name]}\n" for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")))
        variables.chmod(0o600)
        old = self.directory / "old"
        old.write_text(PASSPHRASE)
        way = [word for word in self.way if not word.startswith("--region")]
        self.assertNotEqual(way, list(self.way))
        done = self.run_command("enroll", str(self.luks_image()), *way, f"--ssm-parameter={self.name}", f"--key-file={old}",
                                f"--environment-file={variables}", "--json")
        self.assertEqual(done.rc, 0, done)
        self.assertIn("region=eu-central-1", done.answer["for_pacemaker"])
        self.assertIn("region=eu-central-1", done.answer["for_one_host"])

    def test_a_second_run_adds_no_second_slot(self):
        path = self.luks_image()
        self.assertEqual(self.enroll(path).rc, 0)
        before = path.read_bytes()
        done = self.enroll(path)
        self.assertEqual(done.rc, 0, done)
        self.assertEqual(path.read_bytes(), before)

    def test_without_a_key_that_opens_it_nothing_is_stored(self):
        path = self.luks_image()
        before = path.read_bytes()
        self.refused("wrong-key", "nothing was changed", done=self.enroll(path, key="not this one"))
        self.assertEqual(path.read_bytes(), before)
        with self.assertRaises(Exception):
            self.stored(self.name)

    def test_a_dry_run_repairs_no_damaged_copy(self):
        for offset in (4096, 16384 + 4096):
            with self.subTest(offset=offset):
                path = self.luks_image()
                with open(path, "r+b") as disk:
                    disk.seek(offset)
                    disk.write(b"spoilt" * 10)
                before = path.read_bytes()
                done = self.enroll(path, "--dry-run")
                self.assertEqual(done.rc, 0, done)
                self.assertEqual(path.read_bytes(), before)
                with self.assertRaises(Exception):
                    self.stored(self.name)
                path.unlink()

    def test_a_device_without_a_header_is_for_format(self):
        self.refused("not-luks", "luks-ssm format", done=self.enroll(self.image()))

    def test_without_a_terminal_a_key_file_is_needed(self):
        path = self.luks_image()
        done = self.on_aws("enroll", str(path), f"--ssm-parameter={self.name}")
        self.refused("missing-parameter", "--key-file", done=done)
