"""Forked processes do what they are answer, in their own surroundings, and end with those who wanted them."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from cnnfigs.building.forking import AVAILABLE, Forked, ForkError, Server

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="only Linux is known to fork these libraries safely")

HERE = str(Path(__file__).parent)
CALL = "children"


@pytest.fixture(scope="module")
def server():
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = HERE
    try:
        with Server() as made:
            yield made
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def runs(number: int) -> bool:
    return psutil.pid_exists(number) and psutil.Process(number).status() != psutil.STATUS_ZOMBIE


def wait_until(true) -> None:
    while not true():
        time.sleep(0.01)


def test_a_child_gets_its_arguments_folder_and_environment(server, tmp_path):
    child = Forked(server.address, f"{CALL}:tell", ["a", 1, [2]], {"ONLY": "this", "PATH": ""}, tmp_path)
    answer = child.read()
    assert answer["arguments"] == ["a", 1, [2]]
    assert answer["folder"] == str(tmp_path)
    assert answer["environment"] == {"ONLY": "this", "PATH": ""}
    assert answer["group"] == child.pid != os.getpgid(0)
    assert child.read() is None
    assert child.wait() == 0


def test_a_child_has_what_the_server_has_imported(server):
    assert Forked(server.address, f"{CALL}:tell").read()["imported"] == ["numpy"]
    server.warm(["cnnfigs.arithmetic.sizes", "there.is.no.such.module"])
    assert Forked(server.address, f"{CALL}:tell").read()["imported"] == ["numpy", "cnnfigs.arithmetic.sizes"]


@pytest.mark.parametrize(("call", "arguments", "code"), [("leave", [0], 0), ("leave", [7], 7), ("fail", [], 1)])
def test_exit_codes_are_told(server, call, arguments, code):
    child = Forked(server.address, f"{CALL}:{call}", arguments)
    assert child.wait() == child.poll() == code


def test_a_killed_child_is_told_from_one_that_runs(server):
    child = Forked(server.address, f"{CALL}:stay")
    assert child.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(timeout=0.05)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    child.send_signal(signal.SIGKILL)  # it has ended: nobody else is hit
    assert not runs(child.pid)


def test_a_hundred_children_leave_no_zombie_and_no_open_file(server):
    process = psutil.Process(server._process.pid)
    Forked(server.address, f"{CALL}:leave", [0]).wait()
    before = process.num_fds()
    for _ in range(100):
        assert Forked(server.address, f"{CALL}:leave", [0]).wait() == 0
    wait_until(lambda: process.num_fds() <= before)
    assert process.children() == []


def test_without_a_server_there_is_no_child(tmp_path):
    with pytest.raises(ForkError, match="no server that forks answers at"):
        Forked(str(tmp_path / "nobody"), f"{CALL}:leave", [0])


def test_children_end_with_the_server(server):
    with Server() as other:
        child = Forked(other.address, f"{CALL}:stay")
        assert runs(child.pid)
        folder = Path(other.address).parent
    wait_until(lambda: not runs(child.pid))
    assert child.wait() == -9
    assert not folder.exists()


def test_server_and_children_end_with_who_started_them_even_if_killed(server):
    program = (
        "import sys\n"
        "from cnnfigs.building.forking import Forked, Server\n"
        "server = Server()\n"
        "child = Forked(server.address, 'children:stay')\n"
        "print(server._process.pid, child.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    numbers = [int(number) for number in starter.stdout.readline().split()]
    assert all(map(runs, numbers))
    starter.kill()
    starter.wait()
    wait_until(lambda: not any(map(runs, numbers)))


def test_a_server_whose_starter_is_gone_before_it_can_ask_for_it_ends_at_once(server):
    """The one who is killed in the first moments leaves a server that has never seen its parent."""
    with socket.socket(socket.AF_UNIX) as listener, subprocess.Popen([sys.executable, "-S", "-c", ""]) as gone:
        gone.wait()
        command = [sys.executable, "-P", "-m", "cnnfigs.building.server", str(listener.fileno()), str(gone.pid)]
        assert subprocess.run(command, pass_fds=[listener.fileno()], timeout=300).returncode == 1


def test_the_server_calls_functions_itself_and_survives_none_that_ends_it(server):
    assert server.call("math:prod", [2, 3, 7]) == 42
    with Server() as other:
        with pytest.raises(ForkError, match="has ended"):
            other.call("math:sqrt", -1)
        with pytest.raises(ForkError):
            other.call("math:sqrt", 4)
