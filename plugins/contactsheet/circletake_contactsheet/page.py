"""The page: template, style and script put together under a strict content policy."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from importlib import resources

from circletake_contactsheet.pictures import Stills
from circletake_contactsheet.sheet import Sheet


def render_page(sheet: Sheet, stills: Mapping[str, Stills]) -> str:
    """The whole HTML document. Every text of a stranger goes through the template's escaping."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("circletake_contactsheet"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, script = _own("sheet.css"), _own("sheet.js")
    none = Stills()
    return environment.get_template("sheet.html").render(
        sheet=sheet,
        stills={card.take_id: stills.get(card.take_id, none) for card in sheet.cards},
        style=Markup(style),
        script=Markup(script),
        policy="; ".join(
            (
                "default-src 'none'",
                "img-src data:",
                f"style-src '{_hash(style)}'",
                f"script-src '{_hash(script)}'",
                "base-uri 'none'",
                "form-action 'none'",
            )
        ),
    )


def _own(name: str) -> str:
    return resources.files("circletake_contactsheet").joinpath("templates", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """How a content policy names the one script or style it lets through."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
