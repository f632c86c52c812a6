"""Files that are whole at every moment; one run at a time in a folder; a log of which a part was lost."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from minigan.files import folder_of_one, replace
from minigan.record import read_log

HOLD = """
import pathlib, sys, time
from minigan.files import folder_of_one
with folder_of_one(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def hold(folder):
    """A process that holds the folder."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    process = subprocess.Popen([sys.executable, "-c", HOLD, folder], stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_run_is_refused_with_the_process_that_has_the_folder(tmp_path):
    with hold(tmp_path / "run") as process:
        with pytest.raises(ValueError, match=rf"process {process.pid} is writing to .*a folder of its own for each run"):
            with folder_of_one(tmp_path / "run"):
                pass
        process.kill()


def test_the_lock_of_a_run_that_was_killed_is_taken_over_and_what_it_left_is_swept(tmp_path):
    with hold(tmp_path) as process:
        (tmp_path / "frames").mkdir()
        (tmp_path / "frames" / "1.png.7-7.unfinished").write_bytes(b"half")
        process.send_signal(signal.SIGKILL)
        process.wait()
    with folder_of_one(tmp_path):
        assert list((tmp_path / "frames").iterdir()) == []
    with folder_of_one(tmp_path):  # given back
        pass


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_folder_that_cannot_be_is_refused_in_words(tmp_path, name):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ValueError, match=r"cannot be written to .*want the name of a folder"):
        with folder_of_one(tmp_path / name):
            pass
    assert (tmp_path / "file").read_text() == "x"


def test_many_writers_and_a_reader_who_never_sees_half_a_file(tmp_path):
    """Each writer has a name of its own beside the file, so none can cut another's short."""
    path, texts, stop, seen = tmp_path / "c", [bytes([i]) * 50_000 for i in range(4)], threading.Event(), []
    replace(path, texts[0])

    def write(text):
        while not stop.is_set():
            replace(path, text)

    writers = [threading.Thread(target=write, args=(text,)) for text in texts]
    for writer in writers:
        writer.start()
    for _ in range(300):
        seen.append(path.read_bytes())
    stop.set()
    for writer in writers:
        writer.join()
    assert set(seen) <= set(texts)
    assert [file.name for file in tmp_path.iterdir()] == ["c"]


GOOD = "step,epoch,loss\n1,1,0.5\n2,1,0.25\n"
LOGS = {  # a log.csv, and the steps that are read and how many rows are not
    "whole": (GOOD, [1, 2], 0),
    "cut within a row": (GOOD + "3,1", [1, 2], 1),
    "cut within a number": (GOOD + "3,2,", [1, 2], 1),
    "a row of zeros, as after a power cut": (GOOD + "\0\0\0\0\n3,2,0.1\n", [1, 2, 3], 1),
    "a row too long": (GOOD + "3,2,0.1,9\n", [1, 2], 1),
    "words": (GOOD + "a,b,c\n", [1, 2], 1),
    "not finite": (GOOD + "3,2,nan\n4,2,inf\n", [1, 2], 2),
    "empty": ("", [], 0),
    "another table": ("a,b\n1,2\n", [], 1),
}


@pytest.mark.parametrize("name", LOGS)
def test_rows_of_a_log_that_cannot_be_read_are_counted(tmp_path, name):
    text, steps, unreadable = LOGS[name]
    (tmp_path / "log.csv").write_text(text, encoding="utf-8")
    rows, left_out = read_log(tmp_path / "log.csv")
    assert ([row["step"] for row in rows], left_out) == (steps, unreadable)


def test_what_a_run_in_a_folder_below_is_writing_stays(tmp_path):
    below = tmp_path / "a" / "log.csv.7-7.unfinished"
    below.parent.mkdir()
    below.write_bytes(b"half")
    with folder_of_one(tmp_path):
        assert below.read_bytes() == b"half"
