"""The crew: answers come back, failures come back as values, and one bad task never takes the others with it."""

import os
import time
from pathlib import Path

import pytest

from hoso.errors import Refused
from hoso.work import Crew, Lost, Task


def run(tasks: list[Task], jobs: int = 2) -> dict[int, object]:
    with Crew(jobs, "doubles:set_up") as crew:
        return {task.id: answer for task, answer, _ in crew.run(tasks)}


def test_every_answer_comes_back_from_workers_and_without_them() -> None:
    tasks = [Task(i, "doubles:double", (i,), 30) for i in range(20)]
    assert run(tasks) == run(tasks, jobs=0) == {i: 2 * i for i in range(20)}


def test_a_refusal_is_an_answer() -> None:
    answers = run([Task(1, "doubles:refuse", (7,), 30), Task(2, "doubles:double", (4,), 30)])
    assert isinstance(answers[1], Refused)
    assert (answers[1].reason, answers[1].vi) == ("test.refused", "bị từ chối")
    assert answers[2] == 8


@pytest.mark.parametrize("jobs", [0, 2])
def test_a_defect_of_ours_is_lost_with_its_traceback_and_the_others_go_on(jobs: int) -> None:
    answers = run([Task(1, "doubles:defect", (), 30), Task(2, "doubles:double", (2,), 30)], jobs)
    assert isinstance(answers[1], Lost)
    assert answers[1].reason == "defect"
    assert "ZeroDivisionError: a defect of ours" in answers[1].trace
    assert answers[2] == 4


def test_a_task_that_kills_its_worker_twice_is_lost_and_the_others_go_on() -> None:
    tasks = [Task(0, "doubles:crash", (), 30)] + [Task(i, "doubles:double", (i,), 30) for i in range(1, 9)]
    answers = run(tasks)
    assert isinstance(answers[0], Lost)
    assert answers[0].reason == "crashed"
    assert [answers[i] for i in range(1, 9)] == [2 * i for i in range(1, 9)]


def test_a_task_that_kills_its_worker_once_is_tried_again(tmp_path: Path) -> None:
    assert run([Task(0, "doubles:crash_once", (str(tmp_path / "flag"),), 30)]) == {0: "second time lucky"}


def test_a_task_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    tasks = [Task(0, "doubles:hang_with_child", (str(pid_file),), 3), Task(1, "doubles:double", (1,), 30)]
    answers = run(tasks)
    assert isinstance(answers[0], Lost)
    assert answers[0].reason == "timed-out"
    assert answers[1] == 2
    child = int(pid_file.read_text())
    for _ in range(50):
        if not _alive(child):
            return
        time.sleep(0.1)
    pytest.fail("the hanging task's child process still runs")


def test_workers_that_cannot_be_set_up_say_so() -> None:
    with Crew(1, "doubles:broken_set_up") as crew:
        answers = [answer for _, answer, _ in crew.run([Task(0, "doubles:double", (1,), 30)])]
    assert isinstance(answers[0], Refused)
    assert answers[0].reason == "test.set-up"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
