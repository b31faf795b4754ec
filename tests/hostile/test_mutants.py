"""Files broken at random (seeded), through a worker that is shut in: each gets an answer, and the worker's parent lives."""

import random
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from hoso import site
from hoso.errors import Refused
from hoso.imaging.decode import decode
from hoso.recipe import crew_for
from hoso.settings import Reading
from hoso.work import Lost, Task
from mutants import mutant, seeds

MANY = 240


def test_every_broken_file_is_answered_by_one_worker_within_its_bounds(tmp_path: Path) -> None:
    home, whole = tmp_path / "home", seeds()
    site.make(home, "[reading]\nmax_memory_mb = 1024\n")
    names, tasks = sorted(whole), []
    for number in range(MANY):
        chance = random.Random(number)
        data = mutant(whole[chance.choice(names)], chance, whole[chance.choice(names)])
        tasks.append(Task(number, "benchmarks.fuzz:chew", (data,), 20.0, shut=True))
    with site.Site(home) as here, crew_for(here, 1) as crew:
        answers = {task.id: answer for task, answer, _ in crew.run(tasks)}
    assert sorted(answers) == list(range(MANY))
    assert [number for number, answer in answers.items() if isinstance(answer, Lost)] == []
    assert {"taken", "file.damaged", "page.damaged"} <= {str(answer) for answer in answers.values()}


def test_whole_files_are_taken(tmp_path: Path) -> None:
    home, whole = tmp_path / "home", seeds()
    site.make(home, "")
    tasks = [Task(i, "benchmarks.fuzz:chew", (data,), 20.0, shut=True) for i, data in enumerate(whole.values())]
    with site.Site(home) as here, crew_for(here, 1) as crew:
        answers = {list(whole)[task.id]: answer for task, answer, _ in crew.run(tasks)}
    assert answers == dict.fromkeys(whole, "taken")


def tiff(across: int, down: int) -> bytes:
    out = BytesIO()
    Image.new("L", (1000, 1000), 255).save(out, "TIFF", dpi=(across, down))
    return out.getvalue()


def test_a_resolution_that_no_scanner_has_is_not_believed() -> None:
    page = decode(tiff(1, 60_000), "image/tiff", 1, Reading())
    assert (page.width, page.height) == (1000, 1000)


def test_a_page_made_square_keeps_to_the_bound_of_pixels() -> None:
    assert decode(tiff(100, 300), "image/tiff", 1, Reading(max_pixels=3_000_000)).width == 3000
    with pytest.raises(Refused, match="3000×1000"):
        decode(tiff(100, 300), "image/tiff", 1, Reading(max_pixels=2_000_000))
