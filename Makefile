# make demo: an environment, the package, a GAN trained on digits. make test: an environment and the tests that are not slow.
PYTHON ?= python3
CUDA ?= 13
VENV = .venv
BIN = $(VENV)/bin

# one BLAS thread each: the tests start processes of their own, and threads that wait for each other cost more than they gain
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1

.PHONY: demo test test-slow test-gpu docs test-docs clean

demo: $(VENV)/installed
	$(BIN)/python examples/vanilla_gan.py --out runs/vanilla_gan
	@echo "The pictures are in runs/vanilla_gan: samples.png, curves.png, training.gif"

test: $(VENV)/tested
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -n auto

test-slow: $(VENV)/tested
	$(BIN)/python -m pytest -n auto -m slow

# CUDA = 12 or 13, whichever the driver has; a test that finds no GPU fails
test-gpu: $(VENV)/tested
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[cuda$(CUDA)]'
	$(BIN)/python -m pytest -m gpu

# the site, in docs/_build; a warning fails. The examples run once, minutes; afterwards only those that have changed. GALLERY=0
# leaves out what they print and draw
export GALLERY ?= 1
docs: $(VENV)/documented
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build
	@echo "The site is in docs/_build: $(BIN)/python -m http.server --directory docs/_build"

# of the site; those in a browser skip where there is no chromium, those of the playground where MINIGAN_PYODIDE names no folder
test-docs: docs
	$(BIN)/python -m pytest -m docs tests/docs

$(VENV)/installed: setup.cfg pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/tested: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,sweep,mpi]'
	@touch $@

$(VENV)/documented: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info docs/_build docs/_examples docs/gallery docs/lessons_run docs/source
