# SPDX-License-Identifier: GPL-2.0-or-later
"""format and enroll, killed before each of their writes to the device, and in the middle of it: the same command goes on."""
from __future__ import annotations

import os
import subprocess
from pathlib import Path

from .kit import PASSPHRASE, WHOLE, CommandTest, Done, long_form

# The run of everything takes a part of the writes where another case of it takes each.
SOME = 1 if WHOLE else 4


class KilledTest(CommandTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.library = cls.preloaded("die_at.c")

    def killed(self, path: Path, number: int, words: list[str], torn: bool = False, **more: str) -> tuple[Done, int]:
        """The command, killed before this write (0: not at all), and how many there were."""
        count = self.directory / "steps"
        count.unlink(missing_ok=True)
        env = {"LD_PRELOAD": self.library, "DIE_PATH": str(path), "DIE_STEPS": str(count), "DIE_AT": str(number)}
        done = self.run_command(*words, env=env | ({"DIE_TORN": "1"} if torn else {}) | more)
        return done, int.from_bytes(count.read_bytes(), "little")

    def words(self, path: Path, name: str, *more: str) -> list[str]:
        return ["format", str(path), *self.way, f"--ssm-parameter={name}", "--no-filesystem", "--json", *more]

    def clear(self, path: Path) -> None:
        os.truncate(path, 0)
        os.truncate(path, 40 << 20)

    def goes_on(self, path: Path, name: str, *more: str) -> None:
        """What a killed run has left has its key stored, and the same command finishes it under that key."""
        stored = self.stored(name)
        if any(path.read_bytes()[:4096]):
            self.assertIn("LUKS UUID", stored["Description"])
        done = self.run_command(*self.words(path, name, *more))
        self.assertEqual(done.rc, 0, done)
        again = self.stored(name)
        self.assertEqual((again["Value"], again["Version"]), (stored["Value"], 1))
        self.assertIn(self.uuid_of(path), stored["Description"])
        self.assertEqual(self.opens(path, stored["Value"]), 0)
        self.assertNotIn("unfinished", self.dump(path))

    def killed_everywhere(self, *more: str, torn: bool = False, every: int = 1) -> None:
        """Before each of its writes, or, counted from the last one, before EVERY so many of them."""
        path, stem = self.image(), f"/luks/{self.id().rsplit('.', 1)[-1]}"
        done, count = self.killed(path, 0, self.words(path, f"{stem}-0", *more))
        self.assertEqual(done.rc, 0, done)
        self.assertGreater(count, 5)
        for number in range(count, 0, -every):
            with self.subTest(write=number, of=count):
                self.clear(path)
                name = f"{stem}-{number}"
                done, _ = self.killed(path, number, self.words(path, name, *more), torn)
                self.assertEqual(done.rc, -9, done)
                self.goes_on(path, name, *more)

    def test_a_format_killed_before_any_of_its_writes_is_finished_by_the_next(self):
        self.killed_everywhere()

    def test_a_format_killed_in_any_of_its_writes_is_finished_by_the_next(self):
        self.killed_everywhere(torn=True, every=SOME)

    def test_a_format_of_luks1_killed_before_any_of_its_writes_is_finished_by_the_next(self):
        self.killed_everywhere("--luks1", every=SOME)

    @long_form
    def test_a_format_killed_around_its_recovery_slot_is_finished_by_the_next(self):
        # Each takes a derivation of argon2id that is made for seconds: a few of the writes stand for all.
        self.killed_everywhere("--recovery-slot", every=12)

    def spoilt_in_turn(self, path: Path, before: bytes, words, first: int = 1) -> None:
        """Each write from this one on becomes another on the disk: the command ends well only when the key opens the device."""
        stem = f"/luks/{self.id().rsplit('.', 1)[-1]}"
        done, count = self.killed(path, 0, words(f"{stem}-0"))
        self.assertEqual(done.rc, 0, done)
        noticed = 0
        for number in range(first, count + 1):
            with self.subTest(write=number, of=count):
                path.write_bytes(before)
                name = f"{stem}-{number}"
                done, _ = self.killed(path, number, words(name), DIE_SPOIL="1")
                opened = self.opens(path, self.stored(name)["Value"])
                self.assertTrue(done.rc != 0 or opened is not None, done)
                noticed += done.rc != 0
        self.assertGreater(noticed, 0)

    def test_a_format_whose_disk_keeps_something_else_is_noticed(self):
        path = self.image()
        # From the end of the new header to its beginning: the first MiB of them are empty.
        self.spoilt_in_turn(path, path.read_bytes(), lambda name: self.words(path, name), 16)

    def test_an_enroll_whose_disk_keeps_something_else_is_noticed(self):
        old = self.directory / "old"
        old.write_text(PASSPHRASE)
        path = self.luks_image()
        self.spoilt_in_turn(path, path.read_bytes(), lambda name: [
            "enroll", str(path), *self.way, f"--ssm-parameter={name}", f"--key-file={old}", "--json"])
        self.assertEqual(self.opens(path, PASSPHRASE), 0)

    def test_an_enroll_killed_in_any_of_its_writes_leaves_the_old_key_and_is_finished_by_the_next(self):
        old = self.directory / "old"
        old.write_text(PASSPHRASE)
        path = self.luks_image()
        before, stem = path.read_bytes(), f"/luks/{self.id().rsplit('.', 1)[-1]}"

        def words(name: str) -> list[str]:
            return ["enroll", str(path), *self.way, f"--ssm-parameter={name}", f"--key-file={old}", "--json"]

        done, count = self.killed(path, 0, words(f"{stem}-0"))
        self.assertEqual(done.rc, 0, done)
        self.assertGreater(count, 2)
        for number in range(1, count + 1):
            for torn in (False, True):
                with self.subTest(write=number, of=count, torn=torn):
                    path.write_bytes(before)
                    name = f"{stem}-{number}-{torn}"
                    done, _ = self.killed(path, number, words(name), torn)
                    self.assertEqual(done.rc, -9, done)
                    self.assertEqual(self.opens(path, PASSPHRASE), 0)
                    done = self.run_command(*words(name))
                    self.assertEqual(done.rc, 0, done)
                    self.assertEqual(self.opens(path, PASSPHRASE), 0)
                    self.assertEqual(self.opens(path, self.stored(name)["Value"]), 1)
