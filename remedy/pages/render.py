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

from remedy.report.paper import harmless

HERE = Path(__file__).parent
# What no HTML document may hold (HTML, section 13.2.3.5), besides control characters: noncharacters.
NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
)
FORBIDDEN = re.compile(f"[{NONCHARACTERS}]")


def render(template: str, **values: Any) -> str:
    """The template with these values in it. Every text among them is data: nothing in it is markup."""
    return _environment().get_template(template).render(values)


def clean(words: str) -> str:
    """The words as any document can hold them, and as they can't deceive its reader."""
    return harmless(FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", words.encode(errors="replace").decode()))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE.parent),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_finalized,
    )
    style = (HERE / "style.css").read_text()
    environment.globals.update(style=Markup(style), policy=_policy(style))  # noqa: S704  # a file of ours
    return environment


def _policy(style: str) -> str:
    """The Content-Security-Policy of a page: nothing is loaded, nothing runs, and no style but this one counts."""
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _finalized(value: object) -> object:
    """What a template is about to show."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value
