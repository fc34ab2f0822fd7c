"""The pages made of the program itself when the site is built: commands and public names."""

from __future__ import annotations

import inspect
from typing import Any

import typer.main
from mkdocs.structure.files import File

import sim
from sim.cli import app


def commands() -> str:
    """Return every command with its arguments and options as Markdown."""
    group: Any = typer.main.get_command(app)
    parts = ["# Commands", "", "What `mppsim COMMAND --help` says, for all of them."]
    for name, command in sorted(group.commands.items()):
        parts += ["", f"## mppsim {name}", "", inspect.cleandoc(command.help or ""), ""]
        parts += ["| option | what it does |", "|---|---|"]
        for option in command.params:
            what = (getattr(option, "help", None) or "").replace("|", "\\|").replace("\n", " ")
            parts.append(f"| `{' '.join(option.opts)}` | {what} |")
    return "\n".join(parts) + "\n"


def names() -> str:
    """Return every public name of the package with its docstring."""
    parts = ["# Python", "", "The public names of `sim`. Each stands in the code with its types."]
    for name in sim.__all__:
        found = getattr(sim, name)
        text = inspect.getdoc(found) or ""
        signature = f"{inspect.signature(found)}" if inspect.isfunction(found) else ""
        parts += ["", f"## sim.{name}", "", "```python", f"{name}{signature}", "```", ""]
        parts += ["```text", text, "```"]
    return "\n".join(parts) + "\n"


def on_files(files: Any, config: Any) -> Any:
    """Add both pages to those of the folder."""
    for path, text in (("commands.md", commands()), ("python.md", names())):
        files.append(File.generated(config, path, content=text))
    return files
