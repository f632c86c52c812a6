"""Files that are never seen half written, and a folder that belongs to one run at a time.

`replace` writes beside the file, under a name that no other process or thread has, flushes it to the disk and renames it.
Whenever the machine stops, the old file or the new one is there, whole.
"""

import contextlib
import os
import threading

UNFINISHED = ".unfinished"  # how the name of a file ends that is being written


def replace(path, data):
    """Write bytes to path, all or nothing. Raises OSError where the disk is full, for instance; then the old file stays."""
    beside = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}{UNFINISHED}")
    try:
        with open(beside, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise OSError(f"{path} was not written ({error}); the one before, if any, is as it was") from error


@contextlib.contextmanager
def folder_of_one(folder):
    """Make a folder and lock it while the block runs. ValueError where it cannot be made, or another run has it.

    The system holds the lock, and frees it when its process ends, however it ends. A file beside it names the process.
    """
    from filelock import FileLock, Timeout  # not where nothing is written, such as in a browser

    owner = folder / ".process"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock", timeout=0)
        lock.acquire()
        owner.write_text(str(os.getpid()), encoding="utf-8")
    except Timeout:
        process = owner.read_text(encoding="utf-8") if owner.exists() else "another"
        raise ValueError(f"process {process} is writing to {folder}: want a folder of its own for each run") from None
    except OSError as error:
        raise ValueError(f"{folder} cannot be written to ({error}): want the name of a folder") from error
    try:
        for left in [*folder.glob(f"*{UNFINISHED}"), *(folder / "frames").glob(f"*{UNFINISHED}")]:  # of a run that was killed
            left.unlink(missing_ok=True)
        yield
    finally:
        owner.unlink(missing_ok=True)
        lock.release()
