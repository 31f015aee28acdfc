"""Hooks of GDB's commands."""
import gdb


def add_hook(command, call):
    """Has `command` begin with `call`, unless the user has a hook there already."""
    prefix, _, name = command.rpartition(" ")
    hook = (prefix + " hook-" + name).strip()
    try:
        gdb.execute("show user " + hook, False, True)
    except gdb.error:
        gdb.execute("define %s\n%s\nend" % (hook, call))
