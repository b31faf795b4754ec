# One word a command; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help setup demo test check format bench calibrate clean

help:  ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup:  ## install system packages and the locked Python environment
	@tools/setup.sh test

demo:  ## install what is needed and run the main job on the samples
	@tools/setup.sh demo
	@tools/demo.sh

test:  ## install what is needed and pass the tests, cheap checks first
	@tools/setup.sh test
	@$(MAKE) --no-print-directory check
	.venv/bin/pytest -n auto --maxprocesses 4 --dist loadfile

check:  ## lint, format and types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

format:  ## put every file into the project's form
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

bench:  ## measure accuracy and speed (needs make setup; speed installs OCRmyPDF beside)
	.venv/bin/python -m benchmarks.accuracy
	.venv/bin/python -m benchmarks.speed

calibrate:  ## learn anew how far fields can be trusted (draws and reads papers of every type; goes on where it stopped)
	.venv/bin/python -m benchmarks.calibrate --write

clean:  ## remove environments and the demo home (never samples or source)
	rm -rf .venv .tools .bench demo-home
