"""How the site is built: `make docs`, into docs/_build."""

import os
import sys
from pathlib import Path

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS / "_ext"), str(DOCS.parent)]
os.environ["TQDM_DISABLE"] = "1"  # no progress bars in the output of the examples

import gallery  # noqa: E402

import minigan  # noqa: E402

project, author, version = "minigan", "the authors of minigan", minigan.__version__
copyright = "the authors of minigan. The code: MIT"
html_title = "minigan"
extensions = ["myst_parser", "gallery", "annotated", "sphinx_gallery.gen_gallery", "playground"]
exclude_patterns = ["_build", "_examples", "beside", "_ext", "lessons", "**/GALLERY_HEADER.rst"]
myst_enable_extensions = ["deflist", "attrs_inline", "attrs_block"]
myst_heading_anchors = 3
html_theme = "furo"
html_static_path = ["_static"]
html_favicon = "_static/minigan.svg"
html_css_files = ["minigan.css"]
html_copy_source = False
html_show_sphinx = False
pygments_style, pygments_dark_style = "friendly", "github-dark"
highlight_language = "python"

sphinx_gallery_conf = {
    "examples_dirs": ["_examples", "lessons"],
    "gallery_dirs": ["gallery", "lessons_run"],
    "filename_pattern": r"_examples/[^/]+\.py|lessons/",  # claims take minutes each: their figures are kept in docs/claims
    "ignore_pattern": r"__init__|runs",
    "image_scrapers": (gallery.pictures, "matplotlib"),
    "reset_argv": gallery.arguments,
    "within_subsection_order": "FileNameSortKey",
    "min_reported_time": 1e9,
    "show_memory": False,
    "show_signature": False,
    "write_computation_times": False,
    "remove_config_comments": True,
    "plot_gallery": os.environ.get("GALLERY", "1") != "0",
    "abort_on_example_error": True,
    "download_all_examples": False,
}
suppress_warnings = ["config.cache"]  # sphinx-gallery's functions in the configuration cannot be pickled
