# SPDX-License-Identifier: GPL-2.0-or-later
"""What the command does on a terminal and nowhere else: it asks unseen, shows the step that takes long, and colours."""
from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import subprocess
import termios
import time

from .kit import PASSPHRASE, CommandTest

WAIT_S = 30
COLOUR, CLEAR = "\033[3", "\r\033[K"


class Terminal:
    """A command whose controlling terminal is a new one; what it shows is kept."""

    def __init__(self, test: CommandTest, *words: str, env: dict | None = None, stdout=None, stderr=None):
        self.master, self.slave = pty.openpty()
        test.addCleanup(os.close, self.master)
        test.addCleanup(os.close, self.slave)
        self.shown = ""
        self.process = subprocess.Popen(
            [os.environ["LUKS_SSM"], *words], stdin=self.slave, stdout=stdout or self.slave,
            stderr=stderr or self.slave, start_new_session=True, env={**test.environment, "TERM": "xterm", **(env or {})},
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        test.addCleanup(self.process.wait)
        test.addCleanup(self.process.kill)

    @property
    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def _read(self, seconds: float) -> bool:
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        self.shown += os.read(self.master, 65536).decode()
        return True

    def until(self, condition) -> None:
        end = time.monotonic() + WAIT_S
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"not in time; shown: {self.shown!r}")
            self._read(0.02)

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def ended(self) -> int:
        """Its exit code, when all that it wrote is in `shown`."""
        self.until(lambda: self.process.poll() is not None)
        while self._read(0):
            pass
        return self.process.returncode


class TerminalTest(CommandTest):

    def enroll(self, path, name: str, *more: str) -> Terminal:
        """At its question, unseen already."""
        terminal = Terminal(self, "enroll", str(path), *self.way, f"--ssm-parameter={name}", *more)
        self.asked(terminal, 1)
        return terminal

    def asked(self, terminal: Terminal, times: int) -> None:
        terminal.until(lambda: terminal.shown.count("Passphrase of ") == times and not terminal.echoes)

    def test_a_passphrase_is_asked_for_unseen_and_a_wrong_one_changes_nothing(self):
        path = self.luks_image()
        before = path.read_bytes()
        terminal = self.enroll(path, "/luks/typed")
        terminal.type("not the passphrase\n")
        self.assertEqual(terminal.ended(), 2, terminal.shown)
        self.assertIn("wrong-key: what was given opens no keyslot", terminal.shown)
        self.assertNotIn("not the passphrase", terminal.shown)
        self.assertTrue(terminal.echoes)
        self.assertEqual(path.read_bytes(), before)
        terminal = self.enroll(path, "/luks/typed")
        terminal.type(PASSPHRASE + "\n")
        self.assertEqual(terminal.ended(), 0, terminal.shown)
        self.assertNotIn(PASSPHRASE, terminal.shown)
        self.assertTrue(terminal.echoes)
        self.assertEqual(self.opens(path, PASSPHRASE), 0)
        self.assertEqual(self.opens(path, self.stored("/luks/typed")["Value"]), 1)

    def test_the_terminal_echoes_again_after_an_interrupt(self):
        path = self.luks_image()
        for end in (lambda terminal: terminal.type("half a passph\x03"),
                    lambda terminal: terminal.process.send_signal(signal.SIGINT)):
            terminal = self.enroll(path, "/luks/interrupted")
            end(terminal)
            self.assertEqual(terminal.ended(), -signal.SIGINT, terminal.shown)
            self.assertTrue(terminal.echoes)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            terminal = self.enroll(path, "/luks/interrupted")
            terminal.process.send_signal(number)
            self.assertEqual(terminal.ended(), -number, terminal.shown)
            self.assertTrue(terminal.echoes)

    def test_the_terminal_echoes_while_the_command_is_stopped_and_it_asks_again(self):
        path = self.luks_image()
        # A stop is for a process whose parent is of its session: not for the session's leader.
        terminal = self.enroll(path, "/luks/stopped")
        terminal.process.send_signal(signal.SIGTSTP)
        self.asked(terminal, 2)
        terminal.type(PASSPHRASE + "\n")
        self.assertEqual(terminal.ended(), 0, terminal.shown)
        self.assertTrue(terminal.echoes)

    def test_the_question_ends_with_the_time_and_the_terminal_echoes_again(self):
        terminal = self.enroll(self.luks_image(), "/luks/late", "--timeout=3")
        terminal.type("half a passph")
        self.assertEqual(terminal.ended(), 1, terminal.shown)
        self.assertIn("timed-out: no passphrase", terminal.shown)
        self.assertTrue(terminal.echoes)

    def test_nothing_or_too_much_that_is_typed_is_no_passphrase(self):
        path = self.luks_image()
        for text in ("\n", "\x04", "x" * 600 + "\n"):
            terminal = self.enroll(path, "/luks/nothing-typed")
            terminal.type(text)
            self.assertNotEqual(terminal.ended(), 0)
            self.assertIn("no passphrase was typed, or it is too long", terminal.shown)
            self.assertTrue(terminal.echoes)

    def format_slowly(self, name: str, **terminal) -> Terminal:
        """Storing the key takes two seconds."""
        self.aws.fault("delay", service="ssm", operation="PutParameter", seconds=2)
        return Terminal(self, "format", str(self.image(name)), *self.way, f"--ssm-parameter=/luks/{name}", "--json",
                        "--no-filesystem", **terminal)

    def test_a_step_that_takes_long_is_shown_until_it_is_over(self):
        terminal = self.format_slowly("slow", stdout=subprocess.PIPE)
        terminal.until(lambda: terminal.shown.endswith("storing the key in /luks/slow ..."))
        began = time.monotonic()
        time.sleep(1)
        self.assertIsNone(terminal.process.poll())
        self.assertTrue(terminal.shown.endswith("storing the key in /luks/slow ..."), "it stays there")
        terminal.until(lambda: terminal.shown.count(CLEAR) > 1)
        self.assertGreater(time.monotonic() - began, 1)
        self.assertEqual(terminal.ended(), 0, terminal.shown)
        self.assertTrue(terminal.shown.endswith(CLEAR), "nothing of it is left")
        self.assertNotIn("storing", terminal.process.stdout.read().decode())
        terminal.process.stdout.close()

    def test_without_a_terminal_or_on_a_dumb_one_no_step_is_shown(self):
        terminal = self.format_slowly("piped", stderr=subprocess.PIPE)
        self.assertEqual(terminal.ended(), 0)
        self.assertEqual(terminal.process.stderr.read(), b"")
        terminal.process.stderr.close()
        self.aws.faults.clear()
        terminal = Terminal(self, "keys", "/luks", *self.way, "--json", env={"TERM": "dumb"})
        self.assertEqual(terminal.ended(), 0)
        self.assertNotIn("\033", terminal.shown)
        self.assertNotIn("...", terminal.shown)

    def test_status_explain_and_messages_are_coloured_on_a_terminal_that_wants_it(self):
        status = ["status", "--map-name=there-is-none", "--device=/dev/there-is-none", "--directory=/srv/x"]
        for words in (status, ["explain", "access-denied"], ["explain", "there-is-no-such-code"]):
            terminal = Terminal(self, *words)
            terminal.ended()
            self.assertIn(COLOUR, terminal.shown, words)
            for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
                terminal = Terminal(self, *words, env=env)
                terminal.ended()
                self.assertNotIn(COLOUR, terminal.shown, (words, env))
                self.assertNotEqual(terminal.shown, "")
            terminal = Terminal(self, *words, env={"NO_COLOR": ""})
            terminal.ended()
            self.assertIn(COLOUR, terminal.shown, "an empty NO_COLOR is none")
            done = self.run_command(*words)
            self.assertNotIn("\033", done.out + done.err)
