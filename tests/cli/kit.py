# SPDX-License-Identifier: GPL-2.0-or-later
"""The command as a person runs it, one emulator a class, and LUKS on image files."""
from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import tempfile
import unittest
import uuid
import zlib
from pathlib import Path
from typing import NamedTuple

from emulator import ADMIN_KEY, ADMIN_SECRET, Emulator

IMAGE_BYTES = 40 << 20
PASSPHRASE = "correct horse battery staple"
LIBRARIES = Path(__file__).resolve().parents[1] / "lib"
WHOLE = bool(os.environ.get("LUKS_SSM_WHOLE"))
# Each slot for people is made for seconds of a processor's time, and as long in opening it.
long_form = unittest.skipUnless(WHOLE, "many derivations of argon2id; tests/run cli has it")


class Done(NamedTuple):
    """What a command left: exit code, answer, message."""

    rc: int
    out: str
    err: str

    @property
    def answer(self) -> dict:
        return json.loads(self.out)


class CommandTest(unittest.TestCase):
    """What a test changes in the emulator is undone after it."""

    @classmethod
    def setUpClass(cls):
        cls.directory = Path(tempfile.mkdtemp(prefix="luks-ssm-cli-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        cls.aws = Emulator().start()
        cls.addClassCleanup(cls.aws.stop)
        cls.ca = cls.directory / "ca.pem"
        cls.aws.write_ca(str(cls.ca))

    def setUp(self):
        self.addCleanup(self.aws.faults.clear)

    @property
    def environment(self) -> dict:
        return {"HOME": str(self.directory), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                "AWS_ACCESS_KEY_ID": ADMIN_KEY, "AWS_SECRET_ACCESS_KEY": ADMIN_SECRET}

    @property
    def way(self) -> list[str]:
        """The options that lead to the emulator."""
        return ["--region=eu-central-1", f"--endpoint-url={self.aws.endpoint}", f"--ca-bundle={self.ca}"]

    def start(self, *words: str, env: dict | None = None) -> subprocess.Popen:
        return subprocess.Popen([os.environ["LUKS_SSM"], *words], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env={**self.environment, **(env or {})}, start_new_session=True)

    def run_command(self, *words: str, env: dict | None = None) -> Done:
        process = self.start(*words, env=env)
        out, err = process.communicate(timeout=150)
        return Done(process.returncode, out, err)

    def on_aws(self, *words: str) -> Done:
        return self.run_command(words[0], *self.way, *words[1:])

    def refused(self, code: str, *parts: str, done: Done) -> None:
        """It failed with this stable code on the last line, and these words."""
        self.assertNotEqual(done.rc, 0, done)
        line = done.err.splitlines()[-1]
        self.assertIn(f": {code}: ", line)
        for part in parts:
            self.assertIn(part, line)

    def image(self, name: str = "disk") -> Path:
        path = self.directory / f"{self.id().rsplit('.', 1)[-1]}-{name}"
        path.write_bytes(b"")
        os.truncate(path, IMAGE_BYTES)
        self.addCleanup(path.unlink, missing_ok=True)
        return path

    def luks_image(self, kind: int = 2, *more: str) -> Path:
        """With PASSPHRASE in slot 0, made by cryptsetup."""
        path = self.image("luks")
        pbkdf = ["--pbkdf", "pbkdf2"] if kind == 2 else []
        subprocess.run(["cryptsetup", "luksFormat", "-q", "--type", f"luks{kind}", *pbkdf,
                        "--pbkdf-force-iterations", "1000", *more, "--key-file", "-", str(path)],
                       input=PASSPHRASE.encode(), check=True, capture_output=True)
        return path

    @classmethod
    def preloaded(cls, source: str) -> str:
        """A source of tests/lib as a library that is preloaded into a command."""
        library = cls.directory / f"{source}.so"
        subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", str(library), str(LIBRARIES / source)], check=True)
        return str(library)

    def stored(self, name: str) -> dict:
        """The newest version as the account's root sees it, with its value."""
        caller = self.aws._root("eu-central-1")  # pylint: disable=protected-access
        row = self.aws.ssm.handle("GetParameterHistory", {"Name": name, "WithDecryption": True}, caller)
        return row["Parameters"][-1]

    def has(self, name: str) -> bool:
        try:
            return bool(self.stored(name))
        except Exception:  # pylint: disable=broad-except
            return False

    @staticmethod
    def partition(path: Path, table: str) -> None:
        """One partition of the first 4 MiB behind the first, in a table of this kind and nothing else."""
        sectors = path.stat().st_size // 512
        kind, first, last = (0xEE, 1, sectors - 1) if table == "gpt" else (0x83, 2048, 10239)
        entry = struct.pack("<BBBBBBBBII", 0, 0, 2, 0, kind, 255, 255, 255, first, last - first + 1)
        entries = uuid.UUID("0fc63daf-8483-4772-8e79-3d69d8477de4").bytes_le + uuid.uuid4().bytes_le
        entries = (entries + struct.pack("<QQQ", 2048, 10239, 0)).ljust(128 * 128, b"\0")
        disk = uuid.uuid4().bytes_le

        def header(own: int, other: int, where: int) -> bytes:
            def form(crc: int) -> bytes:
                return (b"EFI PART" + struct.pack("<IIIIQQQQ", 0x10000, 92, crc, 0, own, other, 34, sectors - 34) + disk
                        + struct.pack("<QIII", where, 128, 128, zlib.crc32(entries)))
            return form(zlib.crc32(form(0))).ljust(512, b"\0")

        with open(path, "r+b") as file:
            file.seek(446)
            file.write(entry.ljust(64, b"\0") + b"\x55\xaa")
            if table == "gpt":
                file.write(header(1, sectors - 1, 2) + entries)
                file.seek((sectors - 33) * 512)
                file.write(entries + header(sectors - 1, 1, sectors - 33))

    def opens(self, path: Path, key: str) -> int | None:
        """The slot that cryptsetup opens with this key, or None."""
        done = subprocess.run(["cryptsetup", "open", "--test-passphrase", "-v", "--key-file", "-", str(path)],
                              input=key.encode(), capture_output=True, check=False)
        words = done.stdout.decode().split()
        return int(words[words.index("slot") + 1]) if done.returncode == 0 else None

    def uuid_of(self, path: Path) -> str:
        return subprocess.run(["cryptsetup", "luksUUID", str(path)], capture_output=True, text=True,
                              check=True).stdout.strip()

    def dump(self, path: Path) -> str:
        return subprocess.run(["cryptsetup", "luksDump", str(path)], capture_output=True, text=True,
                              check=True).stdout
