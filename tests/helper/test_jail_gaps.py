# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts that do not give all of the jail: the fetch says which part and goes on, or ends where it must hold."""
from __future__ import annotations

import ctypes
import errno
import subprocess
import time

from . import frames, helper
from .kit import HelperTest

LOCK, LANDLOCK, FILTER = 1, 2, 4
ALLOW, ERROR = 0x7fff0000, 0x00050000
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 38, 22


def lacking(*calls: tuple) -> None:
    """This process lives on as on a kernel that answers an error to each (name, first argument or None, error)."""
    seccomp = ctypes.CDLL("libseccomp.so.2")
    seccomp.seccomp_init.restype = ctypes.c_void_p

    class Comparison(ctypes.Structure):
        _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]

    context = ctypes.c_void_p(seccomp.seccomp_init(ALLOW))
    for name, argument, error in calls:
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        comparisons = () if argument is None else ((Comparison * 1)(Comparison(0, 4, argument, 0)),)
        if seccomp.seccomp_rule_add_array(context, ERROR | error, number, len(comparisons), *comparisons or (None,)):
            raise OSError(f"no rule for {name}")
    if seccomp.seccomp_load(context):
        raise OSError("the filter cannot be loaded")


class Gaps(HelperTest):
    def reply(self, *calls: tuple) -> dict:
        values = {"DEADLINE": int((time.monotonic() + 10) * 1000), **self.request()}
        with subprocess.Popen([helper.program()], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              env={"LD_BIND_NOW": "1"}, preexec_fn=lambda: lacking(*calls)) as process:
            output, _ = process.communicate(frames.request(values), timeout=20)
        self.assertEqual(process.returncode, 0)
        return frames.parse_reply(output)

    def gaps(self, *calls: tuple) -> int:
        reply = self.reply(*calls)
        self.assertEqual(frames.STATUSES[reply["STATUS"]], "ok", reply.get("REASON"))
        return reply["JAIL_GAPS"]

    def test_a_part_that_the_host_does_not_give_is_named(self):
        # What this host itself does not give is named each time.
        always = self.gaps(("reboot", None, errno.EPERM))
        self.assertFalse(always & (LANDLOCK | FILTER))
        for error in (errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM):
            self.assertEqual(self.gaps(("landlock_create_ruleset", None, error)), always | LANDLOCK)
        self.assertEqual(self.gaps(("landlock_restrict_self", None, errno.EPERM)), always | LANDLOCK)
        self.assertEqual(self.gaps(("mlockall", None, errno.EPERM)), always | LOCK)
        without_seccomp = (("prctl", PR_SET_SECCOMP, errno.EINVAL), ("seccomp", None, errno.ENOSYS))
        self.assertEqual(self.gaps(*without_seccomp), always | FILTER)
        self.assertEqual(self.gaps(*without_seccomp, ("landlock_create_ruleset", None, errno.ENOSYS)),
                         always | FILTER | LANDLOCK)

    def test_no_key_is_fetched_where_privileges_could_come_back(self):
        before = self.aws.log.counters["connections"]
        reply = self.reply(("prctl", PR_SET_NO_NEW_PRIVS, errno.EINVAL))
        self.assertEqual(frames.STATUSES[reply["STATUS"]], "helper-broken")
        self.assertIn("PR_SET_NO_NEW_PRIVS", reply["REASON"])
        self.assertEqual(self.aws.log.counters["connections"], before)

    def test_a_kernel_without_clone3_stops_no_fetch(self):
        reply = self.reply(("clone3", None, errno.ENOSYS))
        self.assertEqual(frames.STATUSES[reply["STATUS"]], "ok", reply.get("REASON"))


del HelperTest
