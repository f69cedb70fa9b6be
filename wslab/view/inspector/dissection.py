"""`wslab.dissect`: bytes taken apart, and looked at with the byte inspector.

What a cell shows is static HTML, so it survives in a saved notebook and on a code host. A widget that is never shown stands
behind it: it finds the HTML on the page by its key and puts the live inspector in its place. The key is made from what is
shown, so the same bytes give the same output, and one widget serves all outputs that show the same.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import anywidget
import traitlets

from wslab.view.inspector.description import describe_dissection
from wslab.view.inspector.static_html import inspector_html
from wslab.view.static_files import STATIC
from wslab.wire import Dissection as PlainDissection
from wslab.wire import dissect as plain_dissect

if TYPE_CHECKING:
    from pathlib import Path

    from wslab.wire import Deflate, Inflater

MOST_LIVE = 24
"""How many different inspectors stay live on the page; the oldest fall back to what the page already has."""


class Dissection(PlainDissection):
    """Bytes taken apart. Iterates over its frames; evaluate it in a cell to look at every bit."""

    __slots__ = ()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        described = describe_dissection(self)
        key = f"wslab-inspector-{hashlib.sha256(json.dumps(described).encode()).hexdigest()[:12]}"
        _enliven(key, described)
        return {"text/html": inspector_html(described, key), "text/plain": str(self)}


def dissect(
    data: bytes | bytearray | memoryview,
    *,
    direction: str | None = None,
    deflate: Deflate | Inflater | bool | Literal["unknown"] | None = None,
    max_size: int | None = None,
) -> Dissection:
    """Take bytes apart into frames, fields and messages (RFC 6455 section 5).

    Args:
        data: Bytes of one direction, an HTTP head before the frames or not.
        direction: ``client to server`` or ``server to client``: then masking is judged.
        deflate: What permessage-deflate means here: None where it was not agreed on, True where it was, ``"unknown"``
            where nobody saw what was agreed on; also a `Deflate`, or an `Inflater` that knows the messages before.
        max_size: What a receiver takes, in bytes a message.

    Returns:
        What the bytes say. What is not a whole frame is its `rest`.

    Raises:
        BadType: An argument has the wrong type.
        BadValue: `direction` is no direction, or `max_size` is negative.
    """
    plain = plain_dissect(data, direction=direction, deflate=deflate, max_size=max_size)
    return Dissection(*(getattr(plain, field.name) for field in fields(plain)))


class _InspectorWidget(anywidget.AnyWidget):
    """Never shown: makes the inspectors of one key on the page live."""

    _esm: ClassVar[Path] = STATIC / "inspector.js"
    _css: ClassVar[Path] = STATIC / "inspector.css"

    key = traitlets.Unicode().tag(sync=True)
    told = traitlets.Dict().tag(sync=True)


_lock = threading.Lock()
_live: OrderedDict[str, _InspectorWidget] = OrderedDict()


def _enliven(key: str, described: dict[str, Any]) -> None:
    """Put a widget behind the outputs of this key, if there is none."""
    with _lock:
        if key not in _live:
            _live[key] = _InspectorWidget(key=key, told=described)
        _live.move_to_end(key)
        gone = [_live.popitem(last=False)[1] for _ in range(len(_live) - MOST_LIVE)]
    for old in gone:
        old.close()
