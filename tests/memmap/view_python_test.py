"""Drives the module rspbridge against the server of view_python_test.cpp, which does what is printed: "stop", "resume", "die".

  view_python_test.py FOLDER_OF_THE_MODULE SOCKET
"""
import os
import sys

sys.path.insert(0, sys.argv[1])
import rspbridge  # noqa: E402

PAGE, BASE = 4096, 0xffffb7e00000


def do(what):
    print(what, flush=True)


def content(address, stop):
    return 1 + (address // PAGE * 7 + stop * 31) % 250


def raises(kind, body):
    try:
        body()
    except kind as error:
        return error
    raise AssertionError("no " + kind.__name__)


def main():
    view = rspbridge.connect(sys.argv[2])
    assert view.session == "test" and view.stop_id == 1 and not view.running

    data = view.read(BASE + 100, 3 * PAGE)
    assert len(data) == 3 * PAGE and data[0] == content(BASE, 1) and data[-1] == content(BASE + 3 * PAGE, 1)
    assert len(view.read(BASE, 3 << 20)) == 3 << 20

    window = view.map(BASE + 16, 5 * PAGE)
    assert window.readonly and len(window) == 5 * PAGE
    assert window[0] == content(BASE, 1) and window[-1] == content(BASE + 5 * PAGE, 1)
    window.release()

    error = raises(rspbridge.Unreadable, lambda: view.read(BASE - 1, 2))
    assert (error.begin, error.end) == (BASE - PAGE, BASE), error
    for address, length in ((0, 0), (-1, 2), ((1 << 48) - 1, 2), (1 << 64, 1)):
        raises(ValueError, lambda: view.read(address, length))

    vmas = view.vmas()
    assert [vma.path for vma in vmas] == ["/opt/my prog", ""], vmas
    assert vmas[0].begin == 0x1000 and vmas[0].permissions == "r-xp" and vmas[0].inode == 42

    assert view.wait_for_stop(0) == 1
    raises(TimeoutError, lambda: view.wait_for_stop(0.05, after=1))
    do("resume")
    do("stop")
    assert view.wait_for_stop(10, after=1) == 2
    assert view.read(BASE, 1)[0] == content(BASE, 2)

    impatient = rspbridge.connect(sys.argv[2], wait=False)
    do("resume")
    while not view.running:
        pass
    raises(rspbridge.Running, lambda: impatient.read(BASE, 1))
    impatient.close()
    do("stop")
    assert view.read(BASE, 1)[0] == content(BASE, 3)

    before = len(os.listdir("/proc/self/fd"))
    with rspbridge.connect(sys.argv[2]) as other:
        other.vmas()
    assert len(os.listdir("/proc/self/fd")) == before
    do("die")
    gone = None
    while gone is None:
        try:
            view.vmas()
        except (rspbridge.Error, OSError) as failure:
            gone = failure
    view.close()
    do("done")


main()
