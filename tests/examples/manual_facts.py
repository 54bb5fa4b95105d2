# SPDX-License-Identifier: GPL-2.0-or-later
"""luks-ssm(8), its --help and its completions agree with each other and with what the command does."""

import json
import os
import pty
import re
import select
import subprocess
import time

from lab import each, limit
from readme_text import ROOT

MANUAL = ROOT / "metadata/luks-ssm.8"
# What every command takes; the manual has it once.
ALWAYS = {"json", "help", "version"}
COMPLETION = {"bash": "usr/share/bash-completion/completions/luks-ssm", "zsh": "usr/share/zsh/site-functions/_luks-ssm"}
# The shell as a person has it, and what makes its completion known.
SHELL = {"bash": (["bash", "--norc", "--noprofile", "-i"], "bind 'set enable-bracketed-paste off'; . {file}"),
         "zsh": (["zsh", "-f", "-i"], "fpath=({file.parent} $fpath); autoload -Uz compinit; compinit -u -D")}


def section(title: str) -> str:
    return MANUAL.read_text(encoding="utf-8").split(f"\n.Sh {title}\n")[1].split("\n.Sh ")[0]


def flags(text: str) -> dict[str, bool]:
    """The options of a list of the manual, and whether each takes a value."""
    return {name: "Ns = Ns" in rest for name, rest in re.findall(r"^\.It Fl Fl ([\w-]+)(.*)$", text, re.MULTILINE)}


def manual() -> dict[str, tuple[str, dict[str, bool]]]:
    """Each command with its operand as a usage line has it, and its options."""
    own, params = flags(section("OPTIONS")), flags(section("PARAMETERS OF A VOLUME"))
    found = {}
    for text in section("COMMANDS").split("\n.It Cm ")[1:]:
        verb, _, operand = text.splitlines()[0].partition(" ")
        options = {name: own[name] for name in {*re.findall(r"^\.Op Fl Fl ([\w-]+)$", text, re.MULTILINE), *ALWAYS}}
        if "\n.Op Ar parameters\n" in text + "\n":
            options |= params
        found[verb] = (re.sub(r"Op Ar (\w+)", r"[\1]", operand).removeprefix("Ar "), options)
    return found


def command(host, *words: str):
    return host.run([str(host.tree / "usr/sbin/luks-ssm"), *words])


def test_the_help_lists_the_commands_of_the_manual(host):
    assert re.findall(r"^  ([\w-]+) ", command(host, "--help").out, re.MULTILINE) == list(manual())
    assert len(manual()) > 10


def test_the_help_of_each_command_has_its_operand_and_every_option(host):
    for verb, (operand, options) in manual().items():
        done = command(host, verb, "--help")
        usage = f"usage: luks-ssm {verb} [OPTION...] {operand}".rstrip()
        assert (done.rc, done.out.splitlines()[0], done.err) == (0, usage, ""), done
        rows = re.findall(r"^  --([\w-]+)(=\S+)?  *(\S.*)$", done.out, re.MULTILINE)
        assert {name: bool(value) for name, value, _ in rows} == options, verb


def test_the_exit_codes_of_the_manual_are_those_of_the_command(host):
    codes = [row["code"] for row in json.loads(command(host, "explain", "--json").out)["codes"]]
    assert len(codes) > 50
    answered = {code: json.loads(command(host, "explain", code, "--json").out)["exit_code"] for code in codes}
    said = {int(number) for number in re.findall(r"^\.It (\d+)$", section("EXIT STATUS"), re.MULTILINE)}
    # Success and a wrong command line have no code of a message.
    assert said == {*answered.values(), 0, 64}, (said, set(answered.values()))
    assert answered["not-active"] == 3 and answered["missing-parameter"] == 2 and answered["access-denied"] == 4
    assert command(host, "no-such-command").rc == 64 and command(host, "explain", "no-such-code").rc == 2


def test_bash_offers_for_each_command_what_its_help_has(host):
    file = host.tree / COMPLETION["bash"]
    done = host.run(["bash", "-c", f". {file}; echo $_luks_ssm_commands; "
                     "for verb in $_luks_ssm_commands; do echo $verb $(_luks_ssm_options $verb); done"])
    commands, *rows = done.out.splitlines()
    assert (done.err, commands.split()) == ("", list(manual()))
    offered = {verb: {word.strip("-="): word.endswith("=") for word in words} for verb, *words in map(str.split, rows)}
    assert offered == {verb: options for verb, (_, options) in manual().items()}


class Terminal:
    """A shell at a terminal; `luks-ssm` in it prints its words instead of being run."""

    def __init__(self, words: list[str], setup: str) -> None:
        self.leader, follower = pty.openpty()
        self._shell = subprocess.Popen(words, stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
                                       env={"PATH": "/usr/bin:/bin", "TERM": "vt100", "PS1": "% ", "HOME": "/nonexistent"})
        os.close(follower)
        self.type(f"{setup}; luks-ssm() {{ printf '<<%s>>' \"$*\"; }}; luks-ssm ready\n", "ready")

    def type(self, keys: str, wanted: str = "") -> str:
        """What the command was called with in the end."""
        os.write(self.leader, keys.encode())
        seen, deadline = b"", time.monotonic() + 60
        while not (found := re.findall(rb"<<([^%>]*)>>", seen)):
            assert time.monotonic() < deadline and select.select([self.leader], [], [], 60)[0], seen
            seen += os.read(self.leader, 4096)
        assert not wanted or found[-1].decode() == wanted, seen
        return found[-1].decode()

    def close(self) -> None:
        self._shell.kill()
        self._shell.wait()
        os.close(self.leader)


@limit(180)
@each("bash", "zsh")
def test_the_tab_key_completes_commands_options_choices_and_files(host, shell):
    words, setup = SHELL[shell]
    terminal = Terminal(words, setup.format(file=host.tree / COMPLETION[shell]))
    try:
        # What zsh puts behind a word, such as the equals sign, goes again if nothing is typed behind it.
        for typed, completed in (("form\t", "format"), ("backup-h\t", "backup-header"), ("format --kms\tkey", "format --kms-key-id=key"),
                                 ("enroll --dry\t", "enroll --dry-run"), ("open --fstype\text4", "open --fstype=ext4"),
                                 ("open --force-unmount=tr\t", "open --force-unmount=true"),
                                 (f"migrate {ROOT}/READ\t", f"migrate {ROOT}/README.md"),
                                 (f"open --ca-bundle={ROOT}/READ\t", f"open --ca-bundle={ROOT}/README.md")):
            assert terminal.type(f"luks-ssm {typed}\n").strip() == completed, typed
        for verb in manual():
            assert terminal.type(f"luks-ssm {verb} --js\t\n").strip() == f"{verb} --json"
    finally:
        terminal.close()
