# SPDX-License-Identifier: GPL-2.0-or-later
"""The helper under the searcher's eyes, with markers for all that is secret."""
from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from unittest import mock

from helper import frames, kit

from . import markers
from .finds import read_log

KEY = markers.text("key", 44)
SECRET = markers.text("secret access key", 40)
TOKEN = markers.text("session token", 900)
ACCESS_KEY = "ASIAEMULATEDMARKED00"
MARKED = "/luks/marked"


class LeakTest(kit.HelperTest):
    """A user whose secrets are markers, and a parameter whose value is one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.aws.put(MARKED, KEY)
        session = cls.aws.world.open_session(cls.aws.world.role("luks-node"), "marked", 86400)
        cls.session = session
        cls.rename(session)

    @classmethod
    def rename(cls, session) -> None:
        """Another name and other secrets for a session of the emulator."""
        keys = cls.aws.world.keys
        del keys[session.key_id]
        session.key_id, session.secret, session.token = ACCESS_KEY, SECRET, TOKEN
        keys[ACCESS_KEY] = session

    @contextlib.contextmanager
    def marked_sessions(self):
        """Each session that the emulator opens has the markers for its secrets."""
        opened = self.aws.world.open_session

        def open_marked(*arguments, **options):
            session = opened(*arguments, **options)
            self.rename(session)
            return session
        with mock.patch.object(self.aws.world, "open_session", open_marked):
            yield

    def marked_request(self, **values) -> dict:
        return self.request(**{"PARAMETER": MARKED, "ACCESS_KEY": ACCESS_KEY, "SECRET_KEY": SECRET,
                               "SESSION_TOKEN": TOKEN, **values})

    def needles(self, **more) -> dict:
        return {"key": KEY, "secret-access-key": SECRET, "session-token": TOKEN,
                "signing-key": markers.signing_key(SECRET, "ssm", "eu-central-1"), **more}

    def watch_arguments(self, needles: dict, *crash) -> list:
        self.log = self.directory / "watch.log"
        file = markers.write(self.directory / "needles", needles)
        return [str(os.path.join(os.environ["LUKS_SSM_LEAKS"], "watch")), str(file), str(self.log),
                *map(str, crash), "--", os.environ["LUKS_SSM_AWS"]]

    def watch(self, values: dict, needles: dict | None = None, deadline_s: float = 10):
        """One fetch; the status, the key, and all finds."""
        values = {"DEADLINE": int((time.monotonic() + deadline_s) * 1000), **values}
        arguments = self.watch_arguments(needles or self.needles())
        done = subprocess.run(arguments, input=frames.request(values), stdout=subprocess.PIPE, check=False,
                              timeout=deadline_s + 20, env={"LD_BIND_NOW": "1"})
        if done.returncode != 0:
            raise AssertionError(f"the watched helper ended with {done.returncode}")
        reply = frames.parse_reply(done.stdout)
        finds, rest = read_log(self.log)
        searched = [words for words in rest if words[0] == "exit" and words[3] == "searched"]
        self.assertTrue(searched and all(int(words[4]) > 1 << 20 for words in searched), rest)
        return frames.STATUSES[reply["STATUS"]], reply, finds

    def look(self, values: dict, reached, wanted: set, needles: dict | None = None, deadline_s: float = 10):
        """The finds while a request is under way: when REACHED() says so, and again until those WANTED have arrived."""
        values = {"DEADLINE": int((time.monotonic() + deadline_s) * 1000), **values}
        with subprocess.Popen(self.watch_arguments(needles or self.needles()), stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, env={"LD_BIND_NOW": "1"}) as watch:
            watch.stdin.write(frames.request(values))
            watch.stdin.close()
            until = time.monotonic() + deadline_s
            while not reached():
                self.assertLess(time.monotonic(), until, "the request never came")
                time.sleep(0.05)
            while watch.poll() is None and not wanted <= self.seen():
                watch.send_signal(signal.SIGUSR1)
                time.sleep(0.3)
            watch.stdout.read()
        finds, rest = read_log(self.log)
        self.assertIn("look", [words[0] for words in rest])
        return [find for find in finds if find.when == "look"], [find for find in finds if find.when == "exit"]

    def seen(self) -> set[str]:
        """What was found whole so far while the program ran."""
        finds, _ = read_log(self.log) if self.log.exists() else ([], [])
        return {find.needle for find in finds if find.when == "look" and find.how == "whole"}
