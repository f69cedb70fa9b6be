"""Loading what `wslab.timeline.export.jsonl_write` saved. The file may be cut off, edited, or somebody else's.

Rows are taken as they are written. The bytes are decoded once more, for the places at which compressed streams can be entered.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from wslab.timeline.connection import Connection, EndState, Recording
from wslab.timeline.export.context import standing_at
from wslab.timeline.export.jsonl_line import LARGEST_NUMBER, JsonLine
from wslab.timeline.export.jsonl_write import VERSION
from wslab.timeline.records import KINDS, PREVIEW, SOURCES, Dropped, RecordingError, Row, Source
from wslab.timeline.rows import diagnosis_of
from wslab.wire import RULES, Head, Violation, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO


_FIRST_LINE = 64 * 1024
_ROW_LIMIT = 1 << 31


def read_jsonl(path: str | os.PathLike[str]) -> Recording:
    """Load a recording. See `wslab.timeline.Timeline.load`.

    Args:
        path: The file.

    Returns:
        The recording.

    Raises:
        RecordingError: The file cannot be read, or it is no whole recording.
    """
    name = os.fspath(path)
    try:
        with open(path, "rb") as file:  # noqa: PTH123  (a path of any kind)
            return _Reader(name).read(file)
    except OSError as error:
        reason = error.strerror or str(error)
        raise RecordingError(
            f"{name!r} cannot be read ({reason}); give the path of a file that timeline.export() saved as .jsonl",
            path=name,
        ) from error


class _Reader:
    def __init__(self, path: str) -> None:
        self._path = path
        self._rows: list[Row] = []
        self._connections: dict[int, Connection] = {}
        self._lines: dict[int, JsonLine] = {}  # of connections: what is taken out of them at the end

    def read(self, file: IO[bytes]) -> Recording:
        header = self._header(file)
        first, dropped = header.integer("first", 0), header.inner("dropped")
        keep, keep_bytes, started = (
            header.integer("keep", 1),
            header.integer("keep_bytes", 1),
            header.seconds("started"),
        )
        for line in self._body(file):
            if "connection" in line.data:
                self._connection(line)
            elif "chunk" in line.data:
                self._chunk(line)
            elif "row" in line.data:
                self._row(line)
            else:
                raise line.wrong('"connection", "chunk" or "row" was expected')
        for number, connection in self._connections.items():
            self._finish(connection, self._lines[number])
        counts = Dropped(dropped.integer("rows", 0), dropped.integer("bytes", 0))
        return Recording(started, 0, keep, keep_bytes, self._rows, list(self._connections.values()), first, counts)

    def _header(self, file: IO[bytes]) -> JsonLine:
        line = file.readline(_FIRST_LINE)
        if not line:
            raise RecordingError(
                f"{self._path!r} is empty; load a file that timeline.export() saved as .jsonl", path=self._path, line=1
            )
        header = JsonLine.parse(line, 1, self._path)
        if header.data.get("wslab") != "timeline":
            raise header.wrong('a recording of wslab begins with {"wslab": "timeline", ...}, and this does not')
        version = header.integer("version", 1)
        if version > VERSION:
            raise RecordingError(
                f"{self._path!r} has version {version} and this wslab reads up to {VERSION}; "
                "python -m pip install --upgrade wslab",
                path=self._path,
                line=1,
            )
        return header

    def _body(self, file: IO[bytes]) -> Iterator[JsonLine]:
        """The lines between the first and the last."""
        number = 1
        for raw in file:
            number += 1
            line = JsonLine.parse(raw, number, self._path)
            if "lines" in line.data:
                if line.integer("lines") != number:
                    raise line.wrong(f"{line.data['lines']} lines were saved, and this is line {number}")
                if file.read(1):
                    raise line.wrong("more follows behind what should be the last line")
                return
            yield line
        raise RecordingError(
            f'{self._path!r} ends after line {number}, and the last line of a recording, {{"lines": ...}}, is missing; '
            "export it again",
            path=self._path,
            line=number,
        )

    def _connection(self, line: JsonLine) -> None:
        number = line.integer("connection", 1)
        if number in self._connections:
            raise line.wrong(f"connection {number} was there before")
        connection = Connection(number, 0, diagnosis_of)
        if line.data.get("client") is not None:
            connection.attach(_end(line.inner("client"), EndState("client", "")))
        if line.data.get("server") is not None:
            connection.attach(_end(line.inner("server"), EndState("server", "")))
        if line.data.get("witness") is not None:
            if connection.client_end is not None:
                raise line.wrong("a client is recorded, or told of by a witness, not both")
            witness = _end(line.inner("witness"), EndState("client", ""))
            witness.is_remote = witness.witness = True
            connection.attach(witness)
        self._connections[number] = connection
        self._lines[number] = line

    def _chunk(self, line: JsonLine) -> None:
        connection = self._known(line, "chunk")
        end = connection.client_end if line.one_of("end", ("client", "server")) == "client" else connection.server_end
        if end is None:
            raise line.wrong(f"connection {connection.number} has no such end")
        stream = end.sent if line.one_of("way", ("sent", "received")) == "sent" else end.received
        at, time, data = line.integer("at", 0), line.integer("time"), line.bytes("bytes")
        if stream.chunks and at != stream.stop:
            raise line.wrong(f'"at" must be {stream.stop}, where the chunk before it ended, not {at}')
        if stream.times and time < stream.times[-1]:
            raise line.wrong(f'"time" must not be before {stream.times[-1]}, the time of the chunk before it')
        stream.chunks.append(data)
        stream.starts.append(at)
        stream.times.append(time)
        stream.stop = at + len(data)

    def _row(self, line: JsonLine) -> None:
        number, source, link = line.integer("row", 0), line.one_of("source", SOURCES), None
        if (number == 0) != (source == "lab"):
            raise line.wrong("row 0 is the lab's own, and no other is")
        if line.data.get("link") is not None:
            link = _link(line)
        row = Row(
            number, source, line.integer("index", 0), line.one_of("kind", KINDS), line.integer("time"), one_line(line.text("name")),
            one_line(line.text("text", usual=""), PREVIEW), None if line.data.get("size") is None else line.integer("size", 0),
            line.integer("frames", 0, usual=0), bool(line.data.get("compressed", False)), line.integer("start", -1, usual=-1),
            line.integer("stop", -1, usual=-1), link, line.text("problem", usual=""), bool(line.data.get("binary", False)),
            tuple(map(_violation, line.inners("violations"))),
        )  # fmt: skip
        self._rows.append(row)
        if number == 0:
            return
        connection = self._known(line, "row")
        connection.kept += 1
        direction = connection.directions.get(source)
        if direction is None:
            connection.remember(row)
            if "whole" in line.data:
                connection.long_texts[source, row.index] = line.text("whole")
            return
        if not 0 <= row.start <= row.stop:
            raise line.wrong(f'"start" and "stop" must be offsets in a byte stream, not {row.start} and {row.stop}')
        direction.rows.append((row, line.integer("since", 0, row.start, usual=row.start)))

    def _known(self, line: JsonLine, key: str) -> Connection:
        connection = self._connections.get(line.integer(key))
        if connection is None:
            raise line.wrong(f"connection {line.data[key]} was not announced before")
        return connection

    def _finish(self, connection: Connection, line: JsonLine) -> None:
        """All bytes and rows of a connection are there."""
        for end in connection.ends:
            for way, stream in (("sent", end.sent), ("received", end.received)):
                stop = line.inner(end.side).integer(way, 0)
                if stream.chunks and stream.stop != stop:
                    raise line.wrong(f"the {end.side} {way} {stop} bytes, and the chunks end at {stream.stop}")
                stream.stop = stop
        if line.data.get("response") is not None:
            answer = line.inner("response")
            headers = tuple(("Sec-WebSocket-Extensions", value) for value in answer.texts("extensions"))
            connection.response = Head(answer.text("line"), headers)
        ends = {end.side: end for end in connection.ends}
        for source, direction in connection.directions.items():
            how = line.inner("directions").inner(source)
            side = how.one_of("from", ("client", "server", None))
            if side is not None:
                if side not in ends:
                    raise line.wrong(f"the {side} is not recorded, and bytes are read from it")
                direction.follow_end(ends[side])
            elif direction.rows:
                raise line.wrong(f"nobody recorded the bytes from {source}, and there are rows of them")
            direction.count, direction.head_stop = how.integer("rows", 0, _ROW_LIMIT), how.integer("head_stop", -1)
            direction.finished = how.one_of("finished", (True, False))
            closed = how.integer("closed", -1, usual=-1)
            try:
                base = standing_at(source, how.integer("base", 0), connection.response, how.text("context"), closed)
            except ValueError as error:
                if isinstance(error, RecordingError):
                    raise
                raise line.wrong(f'"context" and "response" do not fit ({error})') from error
            direction.restore(base, how.integer("decoded", 0), closed)


def _end(line: JsonLine, end: EndState) -> EndState:
    end.label, end.created, end.target = line.text("label"), line.integer("created"), line.maybe_integer("target")
    end.local, end.remote = line.address("local"), line.address("remote")
    end.closed, end.ending, end.fin = line.maybe_integer("closed"), line.text("ending"), line.maybe_integer("fin")
    end.left, end.is_remote = line.maybe_integer("left"), bool(line.data.get("told", False))
    end.otherwise = [
        (each.one_of("source", SOURCES[2:4]), each.integer("at", 0), each.bytes("bytes"))
        for each in line.inners("otherwise")
    ]
    return end


def _violation(line: JsonLine) -> Violation:
    return Violation(line.text("what"), RULES[line.one_of("rule", tuple(RULES))], line.integer("frame", 0))


def _link(line: JsonLine) -> tuple[Source, int]:
    value = line.data["link"]
    if isinstance(value, list) and len(value) == 2 and value[0] in SOURCES:
        offset = value[1]
        if isinstance(offset, int) and not isinstance(offset, bool) and 0 <= offset <= LARGEST_NUMBER:
            return value[0], offset
    raise line.wrong('"link" must be a source and an offset')
