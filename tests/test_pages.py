"""What the pages say is true: their programs print what stands below them, the first lesson goes as it says, and the game of
the playground is the library's.
"""

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*(ROOT / "docs" / "beside").glob("*.md"), *(ROOT / "docs").glob("*.md")])
WITH_PROGRAMS = [page for page in PAGES if "```pycon" in page.read_text(encoding="utf-8")]
LESSON = (ROOT / "docs" / "first-lesson.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", WITH_PROGRAMS, ids=[page.stem for page in WITH_PROGRAMS])
def test_a_program_prints_what_the_page_shows(page):
    result = doctest.testfile(str(page), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE, encoding="utf-8")
    assert result.attempted > 0
    assert result.failed == 0


def test_every_file_with_an_essay_has_an_exercise():
    files = [path for folder in ("nn", "models") for path in (ROOT / "minigan" / folder).glob("*.py")]
    names = {f"{path.parent.name}.{path.stem}.md" for path in files if path.name != "__init__.py"}
    beside = {page.name: page.read_text(encoding="utf-8") for page in PAGES if page.parent.name == "beside"}
    assert set(beside) == names
    for name, text in beside.items():
        assert text.count("## Exercise") == 1, name
        assert re.search(r"## Exercise\n.*<details><summary>Answer</summary>\n\n.*\n\n</details>", text, re.DOTALL), name


def test_the_first_lesson_goes_as_it_says(tmp_path):
    """As a reader does it: the program, the change of one line, the program again, the change undone."""
    shutil.copytree(ROOT / "minigan", tmp_path / "minigan")
    program, = re.findall(r"```python\n(.*?)```", LESSON, re.DOTALL)
    _, right, wrong = re.findall(r"```text\n(.*?)```", LESSON, re.DOTALL)
    old, new = re.search(r"```diff\n-(.*)\n\+(.*)\n```", LESSON).groups()
    (tmp_path / "lesson.py").write_text(program, encoding="utf-8")
    layer = tmp_path / "minigan" / "nn" / "linear.py"
    source = layer.read_text(encoding="utf-8")
    assert source.count(old) == 1

    def said():
        environment = os.environ | {"PYTHONPATH": str(tmp_path), "PYTHONIOENCODING": "utf-8"}
        done = subprocess.run([sys.executable, "lesson.py"], cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.stderr == ""
        return done.stdout

    assert said() == right
    layer.write_text(source.replace(old, new), encoding="utf-8")
    assert said() == wrong
    layer.write_text(source, encoding="utf-8")
    assert said() == right


def test_contributing_names_what_there_is():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^make (\S+)", text, re.MULTILINE)
    assert targets
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    paths = re.findall(r"`((?:minigan|tests|docs|examples|nn|models|\.ci|\.github)[/.][\w/.]*\w)`", text)
    for path in paths:
        if "NAME" not in path and not path.startswith("docs/_build"):
            assert (ROOT / path).exists() or (ROOT / "minigan" / path).exists(), path


IMPORTS = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("tqdm", "safetensors", "pooch", "sklearn", "cupy", "threadpoolctl", "matplotlib"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing())
sys.path.insert(0, "docs/playground")
import half_digit, plane_game
game = plane_game.Game()
game.step_d(), game.step_g(), game.watched("step"), game.look()
digit = half_digit.Completion(hidden=8)
digit.train(0.05), digit.gibbs(3), digit.look()
"""


def test_what_runs_in_the_browser_needs_numpy_alone():
    done = subprocess.run([sys.executable, "-W", "error", "-c", IMPORTS], cwd=ROOT, capture_output=True, text=True,
                          env=os.environ | {"PYTHONPATH": str(ROOT)})  # fmt: skip
    assert done.stderr == ""


def test_training_without_a_bar_needs_no_tqdm():
    program = IMPORTS.split("sys.path")[0].replace(', "matplotlib"', "") + """
from minigan.data.digits import digits
from minigan.models.gan import GAN, vanilla_discriminator, vanilla_generator
from minigan.train import train
gan = GAN(vanilla_generator(4, 64, 4), vanilla_discriminator(64, 4), 4)
print(len(train(gan, digits()[0], steps=3, progress=False)))
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], cwd=ROOT, capture_output=True, text=True,
                          env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"})  # fmt: skip
    assert (done.stdout, done.stderr) == ("3\n", "")


@pytest.mark.parametrize("options", [{}, {"k": 3, "pack": 2}, {"loss": "wgan-gp", "k": 2}], ids=str)
def test_the_games_single_steps_are_those_of_the_model(options, monkeypatch):
    """D k times, then G, by the page's buttons: bit for bit what `GAN.step` makes of the same batches."""
    monkeypatch.syspath_prepend(ROOT / "docs" / "playground")
    import numpy as np
    from plane_game import Game

    game, model = Game(**options), Game(**options).gan
    for _ in range(3):
        batches = []
        for _ in range(model.k):
            batches.append(game.batch())
            game.step_d()
        game.step_g()
        losses = model.step(np.concatenate(batches))
        assert game.losses == {name: float(loss) for name, loss in losses.items()}
    assert (game.gan.generator.theta == model.generator.theta).all()
    assert (game.gan.discriminator.theta == model.discriminator.theta).all()
