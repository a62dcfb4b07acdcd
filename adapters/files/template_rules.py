"""What a message template may say: texts, listed names, conditions on them and six filters, nothing else."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final, TypeAlias

from jinja2 import Environment, TemplateSyntaxError, nodes

from adapters.files.mistake import shown
from adapters.files.plain_text import unseen

VARIABLES: Final = ("company", "first_name", "balance", "due_date", "portal_link", "help_phone", "reference")
FILTERS: Final = ("capitalize", "default", "lower", "title", "trim", "upper")
DEEPEST: Final = 12
_ALLOWED: Final = "write only texts, {{ names }}, {% if %} and filters"
_COMPARISONS: Final = ("eq", "ne")
_LINKS: Final = ("://", "www.", "javascript:", "//")

# (line, what is wrong, what to write instead)
Breach: TypeAlias = tuple[int, str, str]


def breaches(environment: Environment, source: str, names: tuple[str, ...]) -> tuple[Breach, ...]:
    """Everything in `source` that no template may have; only one without any may be compiled."""
    try:
        return tuple(_node(environment.parse(source), frozenset(names), 1, 0))
    except TemplateSyntaxError as error:
        problem = f"this is no template ({' '.join(str(error.message).split())[:100]})"
        return ((error.lineno, problem, "write each {{ and {% with its end"),)
    except (RecursionError, ValueError):
        # Deeper than Python's own stack, or a number with more digits than Python reads.
        return ((1, "the template is nested too deep or has too large a number", _ALLOWED),)


def _node(node: nodes.Node, names: frozenset[str], above: int, depth: int) -> Iterator[Breach]:
    # Jinja leaves some parts of a comparison without a line: theirs is the line of what holds them.
    line = node.lineno or above
    breach = _breach(node, names)
    if depth > DEEPEST:
        breach = (f"the template is nested more than {DEEPEST} deep", "write it flat")
    if breach:
        yield line, *breach
        return
    for child in node.iter_child_nodes():
        yield from _node(child, names, line, depth + 1)


def _breach(node: nodes.Node, names: frozenset[str]) -> tuple[str, str] | None:
    match node:
        case nodes.Template() | nodes.Output() | nodes.If() | nodes.Compare():
            return None
        case nodes.TemplateData(data=text):
            return _links(text)
        case nodes.Name(name=name, ctx="load"):
            return None if name in names else _unknown(name, names)
        case nodes.Const(value=str() as text):
            return _unseen(text) or _links(text)
        case nodes.Operand(op=comparison):
            known = comparison in _COMPARISONS
            return None if known else ("only == and != compare here", "write == or !=")
        case nodes.Filter():
            return _filter(node)
        case _:
            return f"{shown(type(node).__name__)} is nothing a message may use", _ALLOWED


def _links(text: str) -> tuple[str, str] | None:
    found = next((link for link in _LINKS if link in text.lower()), None)
    if found is None:
        return None
    return f"a link ({found}) is written out", "write {{ portal_link }}, so that every link is one of ours"


def _unseen(text: str) -> tuple[str, str] | None:
    if any(unseen(letter) for letter in text):
        return "a text in quotes holds a character that cannot be seen", "write it without the escape"
    return None


def _unknown(name: str, names: frozenset[str]) -> tuple[str, str]:
    close = get_close_matches(name, sorted(names), n=1)
    remedy = f"write `{close[0]}`" if close else f"write one of {', '.join(sorted(names))}"
    return f"nothing is known as {shown(name)}", remedy


def _filter(node: nodes.Filter) -> tuple[str, str] | None:
    if node.name not in FILTERS:
        return f"there is no filter {shown(node.name)} here", f"write one of {', '.join(FILTERS)}"
    wanted = 1 if node.name == "default" else 0
    if len(node.args) != wanted or node.kwargs or node.dyn_args or node.dyn_kwargs:
        shape = "one text in brackets" if wanted else "nothing in brackets"
        return (
            f"the filter {node.name} takes {shape}",
            "write `default('…')`" if wanted else f"write `{node.name}`",
        )
    return None
