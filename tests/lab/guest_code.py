# SPDX-License-Identifier: GPL-2.0-or-later
"""Python source that `Machine.python` runs inside a machine; nothing here runs on the host."""

# What the kernel has: device-mapper devices, the mounts of pid 1 and of other namespaces.
SNAPSHOT = r"""
import glob, json, os

def text(path):
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError:
        return None

def mounts(pid):
    found = []
    try:
        lines = open(f'/proc/{pid}/mountinfo').read().splitlines()
    except OSError:
        return found
    for line in lines:
        left, _, right = line.partition(' - ')
        number, parent, devno, root, directory, options, *_ = left.split(' ')
        kind, source, super_options = (right.split(' ') + ['', ''])[:3]
        found.append({'id': int(number), 'devno': devno, 'root': root, 'options': options,
                      'directory': directory.encode().decode('unicode_escape'), 'fstype': kind,
                      'source': source, 'super_options': super_options})
    return found

maps = {}
for path in glob.glob('/sys/block/dm-*'):
    name = text(path + '/dm/name')
    if name is None:
        continue
    maps[name] = {'uuid': text(path + '/dm/uuid'), 'suspended': text(path + '/dm/suspended') == '1',
                  'devno': text(path + '/dev'), 'node': os.path.basename(path),
                  'size_bytes': int(text(path + '/size') or 0) * 512,
                  'read_only': text(path + '/ro') == '1',
                  'slaves': sorted(os.listdir(path + '/slaves')),
                  'holders': sorted(os.listdir(path + '/holders'))}
home = os.stat('/proc/1/ns/mnt').st_ino
elsewhere = {}
for pid in filter(str.isdigit, os.listdir('/proc')):
    try:
        space = os.stat(f'/proc/{pid}/ns/mnt').st_ino
    except OSError:
        continue
    if space != home and str(space) not in elsewhere:
        elsewhere[str(space)] = mounts(pid)
print(json.dumps({'maps': maps, 'mounts': mounts(1), 'elsewhere': elsewhere}))
"""

# What belongs to the machine itself and has to survive `WIPE`: processes, mounts, directories.
BASELINE = r"""
import json, os
print(json.dumps({
    'pids': [int(pid) for pid in os.listdir('/proc') if pid.isdigit()],
    'mounts': [line.split(' ')[4] for line in open('/proc/1/mountinfo')]}))
"""

# Back to the baseline: first the processes, then mounts, loop and dm devices, then our files.
WIPE = r"""
import glob, os, shutil, signal, subprocess, sys, time

KEPT = {'systemd-udevd', '(udev-worker)', 'sshd', 'init'}

def text(path):
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError:
        return ''

def strangers():
    ancestors, pid = set(), os.getpid()
    while pid > 1:
        ancestors.add(pid)
        pid = int(text(f'/proc/{pid}/stat').rsplit(')', 1)[1].split()[1])
    for pid in map(int, filter(str.isdigit, os.listdir('/proc'))):
        if pid in ancestors or pid == 1:
            continue
        stat = text(f'/proc/{pid}/stat')
        if not stat:
            continue
        name, rest = stat.rsplit(')', 1)[0].split('(', 1)[1], stat.rsplit(')', 1)[1].split()
        kernel_thread = int(rest[6]) & 0x00200000
        if kernel_thread or rest[0] == 'Z' or name in KEPT or pid in ARGUMENTS['pids']:
            continue
        yield pid, name, rest[0]

def end_processes(deadline):
    while True:
        left = list(strangers())
        for pid, _, _ in left:
            for number in (signal.SIGKILL, signal.SIGCONT):
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    pass
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.02)

def mount_points():
    lines = open('/proc/1/mountinfo').read().splitlines()
    points = [line.split(' ')[4].encode().decode('unicode_escape') for line in lines]
    for known in ARGUMENTS['mounts']:
        if known in points:
            points.remove(known)
    return points

def command(*words):
    subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)

def output(*words):
    return subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True).stdout

def mappings():
    return [path for path in glob.glob('/sys/block/dm-*') if text(path + '/dm/name')]

deadline = time.monotonic() + 20
# A suspended or delayed mapping would hold everything else up.
for path in mappings():
    if text(path + '/dm/suspended') == '1':
        command('dmsetup', 'resume', '--noudevsync', text(path + '/dm/name'))
if mappings():
    # Delayed requests come back with the suspend in wipe_table; later ones fail at once.
    for line in output('dmsetup', 'table').splitlines():
        name, _, table = line.partition(': ')
        if table.split()[2:3] in (['delay'], ['flakey']):
            command('dmsetup', 'wipe_table', '--nolockfs', '--noudevsync', name)
left = end_processes(deadline)
for point in reversed(mount_points()):
    command('umount', '--no-canonicalize', '-c', point)
for point in reversed(mount_points()):
    command('umount', '-l', point)
if any(text(path + '/loop/backing_file') for path in glob.glob('/sys/block/loop*')):
    command('losetup', '-D')
# The executor's children inherit no udevd: start it again when a case stopped it.
if not any(text(path) == 'systemd-udevd' for path in glob.glob('/proc/[0-9]*/comm')):
    command('/usr/lib/systemd/systemd-udevd', '--daemon')
for attempt in range(3):
    for path in mappings():
        command('dmsetup', 'remove', '--force', '--noudevsync', text(path + '/dm/name'))
    if not mappings():
        break
command('dmsetup', 'udevcomplete_all', '-y')
for path in ['/run/luks-ssm', '/var/lib/luks-ssm', *glob.glob('/dev/shm/qb-*'),
             *glob.glob('/srv/*'), *glob.glob('/etc/luks-ssm/header*'),
             *glob.glob('/dev/mapper/*'), *ARGUMENTS['paths']]:
    if path == '/dev/mapper/control':
        continue
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
    elif os.path.lexists(path):
        os.unlink(path)
problems = [f'process {pid} ({name}, {state})' for pid, name, state in left]
problems += [f'mount {point}' for point in mount_points()]
problems += ['mapping ' + text(path + '/dm/name') for path in mappings()]
print('; '.join(problems))
"""
