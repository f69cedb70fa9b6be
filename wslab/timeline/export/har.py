"""A recording as browsers save their network log: HAR 1.2, an entry a connection, its messages in ``_webSocketMessages``.

As Chromium writes it: ``type`` is "send" or "receive" seen from the client, ``time`` is in seconds since 1970, ``opcode`` 1 or 2,
``data`` the text, or the bytes of a binary message in base64. Control frames are not part of it, nor is anything of the lab's own.
"""

from __future__ import annotations

import base64
import heapq
import importlib.metadata
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from wslab.timeline.rows import PAYLOAD_LIMIT, REDACTION, open_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wslab.timeline.connection import Connection, Recording
    from wslab.timeline.records import Row, Source

_TEXT, _BINARY = 1, 2
_SOURCES: tuple[Source, Source] = ("client to server", "server to client")


def write_har(recording: Recording) -> Iterator[bytes]:
    """The text of a HAR file, piece by piece.

    Args:
        recording: The recording.
    """
    rows: dict[int, list[Row]] = {}
    for row in recording.rows:
        if row.source in _SOURCES:
            rows.setdefault(row.connection, []).append(row)
    creator = {"name": "wslab", "version": _version()}
    opening = json.dumps({"version": "1.2", "creator": creator, "pages": [], "comment": REDACTION}, indent=1)
    yield b'{"log": ' + opening[:-2].encode() + b',\n "entries": ['
    comma = b""
    for connection in recording.connections:
        entry = _entry(recording, connection, rows.get(connection.number, []))
        if entry is None:
            continue
        yield comma + b"\n" + json.dumps(entry, indent=1)[:-2].encode() + b',\n "_webSocketMessages": ['
        inner = b""
        for message in _messages(recording, connection, rows.get(connection.number, [])):
            yield inner + b"\n  " + json.dumps(message).encode()
            inner = b","
        yield b"]}"
        comma = b","
    yield b"\n]}}\n"


def _entry(recording: Recording, connection: Connection, rows: list[Row]) -> dict[str, Any] | None:
    """All of an entry but its messages; None where nothing was sent."""
    if not rows:
        return None
    heads = {row.source: open_row(connection, row).lines for row in rows if row.kind == "handshake"}
    request, response = heads.get(_SOURCES[0], ()), heads.get(_SOURCES[1], ())
    times = {row.source: row.time for row in reversed(rows) if row.kind == "handshake"}
    began = min((row.time for row in rows), default=0)
    closed = [end.closed - connection.started for end in connection.ends if end.closed is not None]
    stop = max([*closed, *(row.time for row in rows)])
    wait = (times.get(_SOURCES[1], began) - began) / 1e6
    method, path, version = _words(request, ("GET", "/", "HTTP/1.1"))
    answer, status, reason = _words(response, ("HTTP/1.1", "0", ""))
    server = next((end.remote if end.side == "client" else end.local for end in connection.ends), None)
    host = next((value for name, value in _headers(request) if name.lower() == "host"), None)
    if host is None and server is not None:
        host = f"[{server.host}]:{server.port}" if ":" in server.host else f"{server.host}:{server.port}"
    url = f"ws://{host or 'unknown'}{path}"
    entry: dict[str, Any] = {
        "startedDateTime": datetime.fromtimestamp(recording.started + began / 1e9, UTC).isoformat(timespec="milliseconds"),
        "time": (stop - began) / 1e6,
        "request": {
            "method": method, "url": url, "httpVersion": version, "headers": _pairs(request), "cookies": [],
            "queryString": _query(path), "headersSize": -1, "bodySize": 0,
        },
        "response": {
            "status": int(status) if status.isdigit() and status.isascii() else 0, "statusText": reason, "httpVersion": answer,
            "headers": _pairs(response), "cookies": [], "content": {"size": 0, "mimeType": "x-unknown"},
            "redirectURL": "", "headersSize": -1, "bodySize": -1,
        },
        "cache": {},
        "timings": {"blocked": -1, "dns": -1, "connect": -1, "ssl": -1, "send": 0, "wait": wait, "receive": 0},
        "_resourceType": "websocket",
    }  # fmt: skip
    if server is not None:
        entry |= {"serverIPAddress": server.host, "connection": str(server.port)}
    if not request:
        entry["comment"] = "the opening handshake is not part of the recording: method, URL and status are made up"
    return entry


def _messages(recording: Recording, connection: Connection, rows: list[Row]) -> Iterator[dict[str, Any]]:
    """The messages of a connection, in the order of their times."""
    ways = [_way(recording, connection, source, rows) for source in _SOURCES]
    for _, message in heapq.merge(*ways, key=lambda found: found[0]):
        yield message


def _way(
    recording: Recording, connection: Connection, source: Source, rows: list[Row]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Time and entry of each message of one direction, decoded in one go."""
    wanted = {row.start: row for row in rows if row.source == source and row.kind == "message"}
    for item in connection.directions[source].walk(PAYLOAD_LIMIT):
        row = wanted.get(item.start)
        if row is None or item.kind != "message":
            continue
        problem = row.problem
        if len(item.data) < item.size and not problem:
            problem = f"only the first {len(item.data)} of {item.size} bytes are here"
        text = item.data.decode("utf-8", "replace") if item.opcode == _TEXT else base64.b64encode(item.data).decode()
        message = {
            "type": "send" if source == _SOURCES[0] else "receive",
            "time": recording.started + row.time / 1e9,
            "opcode": _TEXT if item.opcode == _TEXT else _BINARY,
            "data": text,
        }
        yield row.time, message | ({"comment": problem} if problem else {})


def _headers(lines: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in (line.partition(": ") for line in lines[1:])]


def _pairs(lines: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in _headers(lines)]


def _words(lines: tuple[str, ...], usual: tuple[str, str, str]) -> tuple[str, str, str]:
    """The three parts of a start line."""
    words = lines[0].split(" ", 2) if lines else []
    return (
        words[0] if words else usual[0],
        words[1] if len(words) > 1 else usual[1],
        words[2] if len(words) > 2 else usual[2],
    )


def _query(path: str) -> list[dict[str, str]]:
    try:
        return [
            {"name": name, "value": value} for name, value in parse_qsl(urlsplit(path).query, keep_blank_values=True)
        ]
    except ValueError:
        return []


def _version() -> str:
    try:
        return importlib.metadata.version("wslab")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
