"""Docstrings as prose: what the source's own plain style means, as nodes of docutils.

Paragraphs are divided by empty lines, and sources have one of their own. What is indented is a formula or a program and stays
as it is. "- " begins an entry of a list, "name: …" at the start of a line an argument. **bold**, *italic* and `names` are as
in Markdown.
"""

import inspect
import re

from docutils import nodes

INLINE = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*|(?<![\w*])\*(?=[^\s*])([^*]+?)(?<=\S)\*(?![\w*])|`([^`]+)`", re.DOTALL)
ARGUMENT = re.compile(r"(?:\*?[A-Za-z_]\w*(?:, (?=\w+[:,]))?)+: |-> ")
ENTRY = re.compile(r"- ")


def paragraphs(text):
    """[(kind, text)], kind "verbatim" for indented blocks and "prose" for others, in order."""
    parts = []
    for block in re.split(r"\n\s*\n|\n(?=Sources?: )", inspect.cleandoc(text)):
        verbatim = all(line.startswith("    ") for line in block.splitlines())
        if verbatim and parts and parts[-1][0] == "verbatim":
            parts[-1] = ("verbatim", parts[-1][1] + "\n\n" + block)
        else:
            parts.append(("verbatim" if verbatim else "prose", block))
    return parts


def as_nodes(text, link):
    """The nodes of a docstring. link: a function name -> the address of what `name` is, or None."""
    result = []
    for kind, block in paragraphs(text):
        if kind == "verbatim":
            block = inspect.cleandoc(block)
            result.append(nodes.literal_block(block, block, language="none", classes=["formula"]))
        else:
            result += _prose(block, link)
    return result


def _prose(block, link):
    """Nodes of one paragraph, in which lines may begin arguments or entries of a list."""
    items = [""]
    pattern = ARGUMENT if ARGUMENT.match(block) else ENTRY
    for line in block.splitlines():
        if pattern.match(line):
            items.append(line)
        else:
            items[-1] = f"{items[-1]} {line.strip()}".strip()
    first, *items = items
    result = [nodes.paragraph("", "", *inline(first, link))] if first else []
    if pattern is ENTRY and items:
        result.append(nodes.bullet_list("", *(nodes.list_item("", nodes.paragraph("", "", *inline(item[2:], link)))
                                              for item in items)))  # fmt: skip
    elif items:
        result.append(nodes.container("", *(_argument(item, link) for item in items), classes=["arguments"]))
    return result


def _argument(item, link):
    name, _, meaning = ("-> ", "", item[3:]) if item.startswith("-> ") else item.partition(": ")
    return nodes.paragraph("", "", nodes.strong("", name.strip()), nodes.Text(" "), *inline(meaning, link))


def inline(text, link):
    """Text with **bold**, *italic* and `names`."""
    result, end = [], 0
    for match in INLINE.finditer(text):
        result.append(nodes.Text(text[end : match.start()]))
        end = match.end()
        bold, italic, name = match.groups()
        if bold:
            result.append(nodes.strong("", "", *inline(bold, link)))
        elif italic:
            result.append(nodes.emphasis("", italic))
        else:
            literal, address = nodes.literal("", name), link(name)
            result.append(nodes.reference("", "", literal, refuri=address, internal=True) if address else literal)
    return [*result, nodes.Text(text[end:])]
