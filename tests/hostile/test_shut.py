"""A worker that opens files of strangers: what it cannot do even if such a file takes it over, and that the crew lives."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hoso import keys, site
from hoso.work import Crew, Lost, Task


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shut") / "home"
    site.make(folder, '[office]\nname = "Cơ quan"\n[reading]\nmax_bytes = 1000000\n')
    (folder / "keys" / "signer.p12").write_bytes(b"the key")
    (folder / "ledger.db").write_bytes(b"the ledger")
    return folder


@pytest.fixture(scope="module")
def crew(home: Path) -> Iterator[Crew]:
    with Crew(1, "doubles:set_up", (str(home), 2048), shut="prisoners:set_up_shut") as made:
        yield made


def ask(crew: Crew, name: str, *given: object, seconds: float = 30.0) -> object:
    ((_, answer, _),) = list(crew.run([Task(0, f"prisoners:{name}", given, seconds, shut=True)]))
    return answer


def held(crew: Crew, way: str) -> None:
    ways = ask(crew, "ways")
    assert isinstance(ways, tuple)
    if way not in ways:
        pytest.skip(f"THIS MACHINE FORBIDS {way}: not tested here")


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_it_reaches_no_server(crew: Crew, port: int) -> None:
    assert ask(crew, "connect", port) == "PermissionError"
    assert ask(crew, "look_up") == "PermissionError"


def test_it_reaches_no_server_past_python_either(crew: Crew, port: int) -> None:
    held(crew, "namespace")
    assert ask(crew, "connect_below_python", port) != 0


def test_it_reads_the_store_and_neither_keys_nor_ledger(crew: Crew, home: Path) -> None:
    held(crew, "landlock")
    with site.Site(home) as opened:
        digest = opened.store.put(b"a scan")
    assert ask(crew, "open_file", str(home / "store" / digest[:2] / digest[2:])) == "done"
    assert ask(crew, "open_file", str(home / "settings.toml")) == "done"
    assert ask(crew, "open_file", str(home / "keys" / "signer.p12")) == "PermissionError"
    assert ask(crew, "open_file", str(home / "ledger.db")) == "PermissionError"


def test_it_writes_nowhere_but_in_a_scratch_folder_that_goes_with_it(crew: Crew, home: Path, tmp_path: Path) -> None:
    held(crew, "landlock")
    for place in (home / "ledger.db", home / "store" / "aa", tmp_path / "file", Path.cwd() / "file"):
        assert ask(crew, "write_file", str(place)) == "PermissionError"
    assert ask(crew, "write_scratch", 1000) == "done"


def test_it_writes_no_file_without_end(crew: Crew) -> None:
    answer = ask(crew, "write_scratch", 2_000_000)
    assert isinstance(answer, Lost)


def test_it_signals_nobody(crew: Crew) -> None:
    held(crew, "scope")
    assert ask(crew, "end_parent") == "PermissionError"


def test_it_fills_no_memory(crew: Crew) -> None:
    answer = ask(crew, "fill_memory")
    assert isinstance(answer, Lost)
    assert "MemoryError" in answer.text
    assert ask(crew, "ways")


def test_one_that_stops_in_the_middle_of_its_answer_is_ended(crew: Crew) -> None:
    start = time.monotonic()
    answer = ask(crew, "half_an_answer", seconds=3.0)
    assert isinstance(answer, Lost)
    assert time.monotonic() - start < 20
    assert ask(crew, "ways")


@pytest.mark.parametrize("name", ["trap", "trap_below"])
def test_nothing_it_answers_is_run_by_the_parent(crew: Crew, name: str, tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    answer = ask(crew, name, str(trap), seconds=3.0)
    assert isinstance(answer, Lost)
    assert not trap.exists()


def test_one_whose_parent_was_killed_ends_by_itself(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    parent = (
        "import sys\nfrom hoso.work import Crew, Task\n"
        "if __name__ == '__main__':\n"
        "    with Crew(1, 'doubles:set_up') as crew:\n"
        "        list(crew.run([Task(0, 'prisoners:spin_and_tell', (sys.argv[1],), 1.0 * 600)]))\n"
    ).replace("1.0 * 600", "0.5")
    script = tmp_path / "parent.py"
    script.write_text(parent.replace("0.5)", "2.0)"))
    path = os.pathsep.join(str(Path(__file__).parents[2] / name) for name in ("tests", "pipeline"))
    run = subprocess.Popen([sys.executable, str(script), str(told)], env={**os.environ, "PYTHONPATH": path})
    while not told.exists() or not told.read_text():
        assert run.poll() is None
        time.sleep(0.05)
    run.kill()
    run.wait()
    child = int(told.read_text())
    end = time.monotonic() + 30
    while Path(f"/proc/{child}").exists() and time.monotonic() < end:
        time.sleep(0.2)
    assert not Path(f"/proc/{child}").exists(), "a worker without a parent works on"


def test_without_workers_the_process_itself_is_not_shut_in(home: Path) -> None:
    with Crew(0, "doubles:set_up", (str(home),), shut="prisoners:set_up_shut") as crew:
        ((_, answer, _),) = list(crew.run([Task(0, "prisoners:look_up", (), 5, shut=True)]))
    assert answer == "done"
    assert keys.digest(b"")
