"""YAML as a tree of mappings, lists and words, with the place of each: no meaning is guessed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias, Union

import yaml

from adapters.files.mistake import Mistake, shown
from adapters.files.plain_text import PlainText, unseen

DEEPEST = 20
MOST_VALUES = 20_000
MOST_MISTAKES = 100

Path: TypeAlias = tuple[str | int, ...]
Place: TypeAlias = tuple[int, int]


class Plain(str):
    """A word written without quotes: `09:00`, `NO`, `1.10`. What it means is for its key to say."""

    __slots__ = ()


class Refused:
    """Stands where a value was refused, so that nobody complains about it twice."""


REFUSED: Final = Refused()
# The place of what has none: a value whose key is no word or was there before. No schema has such a key.
_NOWHERE: Final = ""
Tree: TypeAlias = Union["dict[str, Tree]", "list[Tree]", str, Refused]


class _Stop(Exception):
    """The rest of the file makes no sense any more."""

    def __init__(self, event: yaml.Event, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.event, self.problem, self.remedy = event, problem, remedy


@dataclass(slots=True)
class Reading:
    """What was read: the tree, the place (line and column from 1) of each key and value, the mistakes.

    `count` is the number of values, those that were refused with them.
    """

    name: str
    tree: Tree = REFUSED
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    count: int = 0

    def wrong(self, path: Path, problem: str, remedy: str, *, key: bool = False) -> Mistake:
        """A mistake at the value (or the key) of `path`, or at the nearest place above it."""
        places = self.keys if key else self.values
        while path and path not in places:
            path = path[:-1]
        line, column = places.get(path, (1, 1))
        return Mistake(self.name, line, column, problem, remedy)

    def note(self, event: yaml.Event, problem: str, remedy: str) -> None:
        """Keep a mistake at the start of an event."""
        self.mistakes.append(Mistake(self.name, *_place(event), problem, remedy))


def read_tree(source: PlainText) -> Reading:
    """The tree of one YAML document. Mistakes are in the answer; after one of grammar the tree is REFUSED."""
    reading = Reading(source.name)
    try:
        reading.tree = _document(yaml.parse(source.text, Loader=yaml.SafeLoader), reading)
    except yaml.MarkedYAMLError as error:
        # A bracket or quote that is never closed is mended where it opens, not at the end of the file.
        unclosed = error.context_mark if "stream" in str(error.problem) else None
        place = _at(unclosed or error.problem_mark)
        reading.mistakes.append(Mistake(source.name, *place, *_grammar(error)))
    except _Stop as stop:
        reading.note(stop.event, stop.problem, stop.remedy)
    except (ValueError, OverflowError):
        # PyYAML turns an escape or a directive into a number that no character or integer can have.
        line, column = max(reading.values.values(), default=(1, 1))
        problem, remedy = "an escape or a %YAML line below cannot be read", "write the character itself"
        reading.mistakes.append(Mistake(source.name, line, column, problem, remedy))
    return reading


def _document(events: Iterator[yaml.Event], reading: Reading) -> Tree:
    next(events)
    start = next(events)
    if not isinstance(start, yaml.DocumentStartEvent):
        reading.mistakes.append(Mistake(reading.name, 1, 1, "the file is empty", "write its first key"))
        return REFUSED
    if start.version or start.tags:
        reading.note(start, "the file has a % line", "write the file without it")
    tree = _value(next(events), events, (), reading)
    next(events)
    after = next(events)
    if isinstance(after, yaml.DocumentStartEvent):
        raise _Stop(after, "a second document starts here", "write it to a file of its own")
    return tree


def _value(event: yaml.Event, events: Iterator[yaml.Event], path: Path, reading: Reading) -> Tree:
    reading.values[path] = _place(event)
    reading.count += 1
    if len(path) > DEEPEST:
        raise _Stop(event, f"values are nested more than {DEEPEST} deep", "write it flatter")
    if reading.count > MOST_VALUES:
        raise _Stop(event, f"the file has more than {MOST_VALUES} values", "write a shorter file")
    if len(reading.mistakes) >= MOST_MISTAKES:
        raise _Stop(event, "there are too many mistakes to go on", "write the file anew from an example")
    if isinstance(event, yaml.ScalarEvent):
        return _word(event, reading)
    if isinstance(event, yaml.AliasEvent):
        reading.note(event, f"{shown(f'*{event.anchor}')} is an alias", "write the value again")
        return REFUSED
    _unadorned(event, reading)
    if isinstance(event, yaml.MappingStartEvent):
        return _mapping(events, path, reading)
    return _sequence(events, path, reading)


def _mapping(events: Iterator[yaml.Event], path: Path, reading: Reading) -> Tree:
    mapping: dict[str, Tree] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        key = _key(event, events, path, reading)
        here = (*path, key)
        if key in mapping:
            first = reading.keys[here][0]
            problem = f"the key {shown(key)} is written twice, first in line {first}"
            reading.note(event, problem, "write it once: one of the two would be lost")
            here = (*path, _NOWHERE)
        reading.keys[here] = _place(event)
        value = _value(next(events), events, here, reading)
        if here[-1] != _NOWHERE:
            mapping[key] = value
    return mapping


def _key(event: yaml.Event, events: Iterator[yaml.Event], path: Path, reading: Reading) -> str:
    """The key as a word, or `_NOWHERE` with the mistake noted when it is none."""
    if not isinstance(event, yaml.ScalarEvent):
        reading.note(event, "a key must be a word", "write `key: value`")
        _value(event, events, (*path, _NOWHERE), reading)
        return _NOWHERE
    word = _word(event, reading)
    if word == "":
        reading.note(event, "a key must be a word", "write `key: value`")
    return str(word) if isinstance(word, str) else _NOWHERE


def _sequence(events: Iterator[yaml.Event], path: Path, reading: Reading) -> Tree:
    items: list[Tree] = []
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        items.append(_value(event, events, (*path, len(items)), reading))
    return items


def _word(event: yaml.ScalarEvent, reading: Reading) -> Tree:
    _unadorned(event, reading)
    if any(unseen(letter) and letter not in "\n\t" for letter in event.value):
        reading.note(event, "the text holds a character that cannot be seen", "write it without the escape")
        return REFUSED
    return Plain(event.value) if event.style is None else str(event.value)


def _unadorned(event: yaml.Event, reading: Reading) -> None:
    anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
    if anchor is not None:
        reading.note(event, f"{shown(f'&{anchor}')} is an anchor", "write the value without it")
    if tag is not None:
        reading.note(event, f"{shown(tag)} is a tag", "write the value without it")


def _place(event: yaml.Event) -> Place:
    return _at(event.start_mark)


def _at(mark: object) -> Place:
    """Line and column from 1 of a mark, which the libyaml types call optional."""
    return getattr(mark, "line", 0) + 1, getattr(mark, "column", 0) + 1


def _grammar(error: yaml.MarkedYAMLError) -> tuple[str, str]:
    """PyYAML's complaint in our words."""
    said = f"{error.context or ''} {error.problem or ''}"
    if "\\t" in said:
        return "a tab stands where only spaces may", "write spaces"
    if "mapping values are not allowed" in said or "could not find expected ':'" in said:
        return "the colon or the indentation is wrong", "write `key: value`, text with a colon in quotes"
    if "alias" in said or "anchor" in said:
        return "aliases and anchors are not understood", "write the value itself"
    problem = " ".join(said.split())[:100]
    return f"this is no YAML ({problem})", "write the indentation, brackets and quotes of this line anew"
