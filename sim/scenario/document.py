"""One YAML file as a tree of texts, each with its line and column, and its faults of form.

The tree is built from ruamel.yaml's events rather than its finished objects: so duplicate keys,
tags and anchors stay visible, `08:30` and `0830` stay texts for their field to read, nothing is
ever constructed, and depth is counted before anything recurses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

from sim.scenario.faults import Fault, Path, Place, nearest, written
from sim.scenario.tree import Entry, Items, Node, Table, Text, brief

LARGEST_FILE = 200_000
"""Bytes of the largest file that is read."""
DEEPEST = 50
"""Mappings and lists within each other; the mapping that the file itself is counts as one."""
MOST_REPEATED = 10_000
"""Values that all aliases of a file may repeat, together."""


def read_document(data: bytes, file: str) -> tuple[Table | None, list[Fault]]:
    """Return the tree of a file and all faults of its form.

    There is no tree if the file cannot be read as one mapping: the syntax is broken, it is not
    UTF-8, empty, too large or too deep. Other faults leave out only what they concern.
    """
    if len(data) > LARGEST_FILE:
        limit = f"{LARGEST_FILE // 1000} KB"
        return None, [Fault(Place(file), "", "too_big", {"limit": limit})]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace").removeprefix("\ufeff")
        return None, [Fault(_place_after(before, file), "", "not_utf8")]
    return parse(text, file)


def parse(text: str, file: str) -> tuple[Table | None, list[Fault]]:
    """Return the tree of a text, as `read_document` does for a file."""
    faults = list(_odd_characters(text, file))
    if faults:
        return None, faults
    builder = _Builder(file)
    try:
        root = builder.document(_events(text))
    except _BrokenError as broken:
        return None, [*builder.faults, broken.fault]
    except Exception as error:  # whatever ruamel.yaml stumbles over, to us it is broken syntax
        return None, [*builder.faults, _syntax_fault(error, builder.last)]
    if root is None or (isinstance(root, Text) and root.text is None):
        return None, [*builder.faults, Fault(Place(file), "", "empty")]
    if not isinstance(root, Table):
        return None, [*builder.faults, Fault(root.place, "", "not_a_mapping")]
    return root, builder.faults


_LINE_END = re.compile(r"\r\n|\n|\r")
_ODD = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
)
_INDENT = re.compile("^ *[\t\u00a0][ \t\u00a0]*")


def _place_after(text: str, file: str) -> Place:
    lines = _LINE_END.split(text)
    return Place(file, len(lines), len(lines[-1]) + 1)


def _odd_characters(text: str, file: str) -> Iterator[Fault]:
    """Yield the first control character, and the first indentation with a tab or a hard space.

    Both are refused before parsing: YAML's own messages on them help nobody.
    """
    odd = _ODD.search(text)
    if odd:
        name = f"U+{ord(odd[0]):04X}"
        yield Fault(
            _place_after(text[: odd.start()], file), "", "control_character", {"value": name}
        )
    first: Fault | None = None
    lines = 0
    for number, line in enumerate(_LINE_END.split(text), 1):
        indent = _INDENT.match(line)
        if indent:
            lines += 1
            code = "tab_indent" if "\t" in indent[0] else "hard_space_indent"
            column = len(indent[0]) - len(indent[0].lstrip(" ")) + 1
            first = first or Fault(Place(file, number, column), "", code)
    if first:
        yield Fault(first.place, "", first.code, {"lines": lines})


def _events(text: str) -> Iterator[Any]:
    from ruamel.yaml import YAML

    return cast("Iterator[Any]", YAML(typ="safe", pure=True).parse(text))


class _BrokenError(Exception):
    """The file cannot be read any further; the fault says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


class _Builder:
    """Builds the tree of one file from its events, and gathers the faults on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self.last = Place(file)
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._open: set[str] = set()
        self._size = 0  # values so far, those that aliases repeat included
        self._repeated = 0

    def document(self, events: Iterator[Any]) -> Node | None:
        """Return the root of the first document; further ones are a fault."""
        self._events = events
        root: Node | None = None
        documents = 0
        for event in events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                documents += 1
                if event.version or event.tags:
                    self._fault(self._place(event), (), "directive")
                if documents == 2:
                    self._fault(self._place(event), (), "several_documents")
            elif kind.endswith(("ScalarEvent", "StartEvent", "AliasEvent")) and documents:
                node = self._node(event, ())
                root = node if documents == 1 else root
        return root

    def _node(self, event: Any, path: Path) -> Node:
        kind = type(event).__name__
        place = self._place(event)
        if kind == "AliasEvent":
            return self._alias(event.anchor, place, path)
        if getattr(event, "tag", None) is not None:
            self._fault(
                place, path, "tag", value=brief(str(event.tag).replace("tag:yaml.org,2002:", "!!"))
            )
        if kind != "ScalarEvent" and len(path) >= DEEPEST:
            raise _BrokenError(Fault(place, "", "too_deep", {"limit": DEEPEST}))
        if event.anchor is not None:
            self._open.add(event.anchor)
        size = self._size
        self._size += 1
        node: Node
        if kind == "ScalarEvent":
            node = Text(place, self._text(event, path))
        elif kind == "SequenceStartEvent":
            node = Items(place, tuple(self._items(path)))
        else:
            node = Table(place, self._entries(path, in_braces=bool(event.flow_style)))
        if event.anchor is not None:
            self._open.discard(event.anchor)
            self._anchors[event.anchor] = node, self._size - size
        return node

    def _text(self, event: Any, path: Path) -> str | None:
        text = str(event.value)
        if event.style is None and text in ("", "~", "null", "Null", "NULL"):
            return None
        odd = _ODD.search(text)
        if odd:  # written with a backslash inside quotes
            name = f"U+{ord(odd[0]):04X}"
            self._fault(self._place(event), path, "control_character", value=name)
            return _ODD.sub("", text)
        return text

    def _items(self, path: Path) -> Iterator[Node]:
        for number, event in enumerate(self._events):
            if type(event).__name__ == "SequenceEndEvent":
                return
            yield self._node(event, (*path, number))

    def _entries(self, path: Path, in_braces: bool) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        for event in self._events:
            if type(event).__name__ == "MappingEndEvent":
                break
            place = self._place(event)
            merge = (
                type(event).__name__ == "ScalarEvent"
                and event.style is None
                and (event.value == "<<")
            )
            key = self._key(event, path)
            node = self._node(next(self._events), (*path, "?" if key is None else key))
            if key is None:
                continue
            if merge:
                self._fault(place, (*path, key), "merge_key")
            elif key in entries:
                first = entries[key].place
                self._fault(place, (*path, key), "duplicate_key", first=first.line, value=key)
            elif in_braces and _is_cut_off(entries, key, node):
                self._decimal_comma(entries, key, path)
            else:
                entries[key] = Entry(place, node)
        return entries

    def _decimal_comma(self, entries: dict[str, Entry], rest: str, path: Path) -> None:
        """In braces, `mean: 13,5 min` is read as `mean: 13` and a key `5 min` without a value."""
        last, entry = next(reversed(entries.items()))
        before = cast("Text", entry.node).text
        remedy = f"{before}.{rest}"
        place = entry.node.place
        self._fault(place, (*path, last), "decimal_comma", value=f"{before},{rest}", remedy=remedy)
        entries[last] = Entry(entry.place, Text(place, remedy))

    def _key(self, event: Any, path: Path) -> str | None:
        """Return a key's text, or None (with a fault) for a key that is no text."""
        before = len(self.faults)
        node = self._node(event, (*path, "?"))
        if isinstance(node, Text) and node.text is not None and node.text.strip():
            return node.text
        if len(self.faults) == before:
            empty = isinstance(node, Text)
            self._fault(self._place(event), path, "key_empty" if empty else "key_not_text")
        return None

    def _alias(self, name: str, place: Place, path: Path) -> Node:
        if name in self._open:
            raise _BrokenError(Fault(place, written(path), "alias_cycle", {"value": brief(name)}))
        if name not in self._anchors:
            near = nearest(name, self._anchors)
            self._fault(place, path, "alias_unknown", value=brief(name), near=near)
            return Text(place, "")
        node, size = self._anchors[name]
        self._size += size
        self._repeated += size
        if self._repeated > MOST_REPEATED:
            raise _BrokenError(
                Fault(place, written(path), "alias_explodes", {"limit": MOST_REPEATED})
            )
        return node

    def _place(self, event: Any) -> Place:
        mark = event.start_mark
        self.last = Place(self.file, mark.line + 1, mark.column + 1)
        return self.last

    def _fault(self, place: Place, path: Path, code: str, **params: object) -> None:
        at = path[:-1] if path[-1:] == ("?",) else path
        self.faults.append(Fault(place, written(at), code, params))


def _is_cut_off(entries: dict[str, Entry], key: str, node: Node) -> bool:
    """Whether a key without a value is what a decimal comma cut off the value before it."""
    before = next(reversed(entries.values())).node if entries else None
    return (
        isinstance(node, Text) and node.text is None
        and isinstance(before, Text) and re.fullmatch(r"[+-]?\d+", before.text or "") is not None
        and re.fullmatch(r"\d+(\s*([a-zA-Z]+|%))?", key) is not None
    )  # fmt: skip


_SYNTAX = (
    ("mapping values are not allowed here", "syntax_colon", False),
    ("found unexpected ':'", "syntax_colon", False),
    ("could not find expected ':'", "syntax_no_colon", True),
    ("expected <block end>", "syntax_indent", False),
    ("expected ',' or", "syntax_bracket", True),
    ("expected the node content", "syntax_value", False),
    ("unclosed '[' or '{'", "syntax_bracket", True),
    ("unexpected end of stream", "syntax_quote", True),
    ("unexpected document separator", "syntax_quote", True),
    ("unknown escape character", "syntax_escape", False),
    ("escape sequence of", "syntax_escape", False),
    ("found character '\\t'", "syntax_tab", False),
    ("cannot start any token", "syntax_start", False),
    ("sequence entries are not allowed here", "syntax_dash", False),
    ("scanning a directive", "directive", True),
    ("duplicate YAML directive", "directive", False),
    ("incompatible YAML document", "directive", False),
    ("duplicate tag handle", "directive", False),
    ("block scalar", "syntax_block", False),
    ("mapping keys are not allowed here", "syntax_start", False),
    ("scanning an alias", "syntax_start", True),
    ("scanning an anchor", "syntax_start", True),
    ("a tag", "syntax_start", True),
    ("undefined tag handle", "syntax_start", False),
    ("expected '<document start>'", "syntax_ended", False),
    ("after document end marker", "syntax_ended", False),
)
"""ruamel.yaml's words, our code, and whether the beginning of the broken thing is the place."""


def _syntax_fault(error: Exception, last: Place) -> Fault:
    problem = str(getattr(error, "problem", None) or "")
    here = getattr(error, "problem_mark", None)
    began = getattr(error, "context_mark", None)
    code, mark = "syntax", here or began
    said = f"{getattr(error, 'context', None) or ''} {problem}"
    for words, ours, at_beginning in _SYNTAX:
        if words in said:
            code, mark = ours, (began or here) if at_beginning else (here or began)
            break
    place = last if mark is None else Place(last.file, mark.line + 1, mark.column + 1)
    return Fault(place, "", code)
