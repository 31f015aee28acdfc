"""Whether rspbridge is at the other end of GDB's connection, and what it says of itself."""
import gdb

_known = {}  # by the connection's number: whether it is rspbridge
gdb.events.connection_removed.connect(lambda event: _known.pop(event.connection.num, None))


def connection():
    """The selected inferior's connection, if rspbridge is at its other end; else None."""
    found = gdb.selected_inferior().connection
    if not isinstance(found, gdb.RemoteTargetConnection):
        return None
    if found.num not in _known:  # any other stub answers such a packet with nothing
        _known[found.num] = found.send_packet("qRspbridge") == b"rspbridge"
    return found if _known[found.num] else None


def needed():
    """The same; raises an error for the user where there is none."""
    found = connection()
    if found is None:
        raise gdb.GdbError("The selected inferior isn't debugged through rspbridge: connect to it by \"target extended-remote\".")
    return found


def monitor(bridge, words):
    """What `monitor rspbridge WORDS` prints."""
    try:
        said = bridge.send_packet("qRcmd," + ("rspbridge " + words).encode().hex())
    except gdb.error as error:  # the target runs
        raise gdb.GdbError(str(error)) from None
    return "" if said == b"OK" else bytes.fromhex(said.decode()).decode()
