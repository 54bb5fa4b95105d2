# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether QEMU can use KVM here.  /dev/kvm that opens is not enough: see `usable`."""

import fcntl
import os
import re

_KVM_CREATE_VM = 0xAE01


def _creates_a_machine() -> bool:
    try:
        kvm = os.open("/dev/kvm", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        os.close(fcntl.ioctl(kvm, _KVM_CREATE_VM, 0))
        return True
    except OSError:
        return False
    finally:
        os.close(kvm)


def usable() -> bool:
    """True if the processor shows vmx or svm and the kernel makes a machine.

    Nested and paravirtual hosts exist where the device opens, makes a machine and then never boots
    a stock kernel; those do not show the flag.
    """
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        flags = re.search(r"^flags\s*:(.*)$", file.read(), re.M)
    return bool(flags and {"vmx", "svm"} & set(flags.group(1).split()) and _creates_a_machine())


def arguments(choice: str = "") -> list[str]:
    """QEMU's arguments; LAB_ACCEL=kvm, tcg or count overrides what was found.

    count: emulation whose clock advances by one nanosecond for each instruction that the guest executes.
    Ordinary emulation translates each piece of code when it is first run, which makes a short program look many
    times dearer than a long one; counted instructions compare as they would on a processor.
    """
    choice = choice or os.environ.get("LAB_ACCEL") or ("kvm" if usable() else "tcg")
    if choice == "kvm":
        return ["-accel", "kvm", "-cpu", "host"]
    if choice == "count":
        return ["-accel", "tcg,thread=single", "-icount", "shift=0", "-cpu", "max"]
    return ["-accel", "tcg,thread=multi", "-cpu", "max"]
