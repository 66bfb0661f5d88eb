"""Templates become pages: escaped, stripped of what could deceive a reader, and forbidden to run or load anything.

A template lies in the folder of what it shows, and is named by its path in this package. One that ends in .html is
escaped; an .txt is text. Pages extend pages/frame.html, which has the style and the policy.
"""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from remedy.harmless import harmless

HERE = Path(__file__).parent
# What no HTML document may hold (HTML, section 13.2.3.5), besides control characters: noncharacters.
NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
)
FORBIDDEN = re.compile(f"[{NONCHARACTERS}]")


def render(template: str, style: str = "", script: str = "", **values: Any) -> str:
    """The template with these values in it. Every text among them is data: nothing in it is markup.

    `style` and `script` are files beside it in this package that the page has of its own, besides the shared style.
    """
    own = {"style": _shared_style() + _file(style), "script": _file(script)}
    return _environment().get_template(template).render(values, **own, policy=policy(style, script))


def policy(style: str = "", script: str = "") -> str:
    """The Content-Security-Policy of a page with these files: nothing else is loaded or run, and no other style counts.

    A page with a script may ask the server that it came from.
    """
    parts = ["default-src 'none'", f"style-src {_digest(_shared_style() + _file(style))}"]
    parts += [f"script-src {_digest(_file(script))}", "connect-src 'self'"] if script else []
    return "; ".join((*parts, "base-uri 'none'", "form-action 'none'"))


def clean(words: str) -> str:
    """The words as any document can hold them, and as they can't deceive its reader."""
    return harmless(FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", words.encode(errors="replace").decode()))


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE.parent),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalized,
    )


def _shared_style() -> Markup:
    return _file("pages/style.css")


@cache
def _file(name: str) -> Markup:
    return Markup((HERE.parent / name).read_text() if name else "")  # noqa: S704  # a file of ours


@cache
def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _finalized(value: object) -> object:
    """What a template is about to show."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value
