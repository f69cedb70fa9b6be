"""The exercises of lesson 08 take every right answer, not only the one in the solutions."""

from __future__ import annotations

import pytest

from tests.lessons.answers import result_of
from wslab.lessons import find

pytestmark = pytest.mark.node

RIGHT = [
    pytest.param(
        "08.2",
        """
function echo(ws) {
  ws.on("message", (message, isBinary) => {
    ws.send(isBinary ? message : message.toString());
  });
}
""",
        id="08.2 a string of it",
    ),
    pytest.param(
        "08.2",
        """
function echo(ws) {
  ws.onmessage = function (event) {
    ws.send(event.data);
  };
}
""",
        id="08.2 as a page would",
    ),
    pytest.param(
        "08.3",
        """
async function read(socket) {
  socket.addEventListener("message", async ({ data }) => {
    const view = new DataView(await data.arrayBuffer());
    socket.send(view.getUint16(0) + " " + view.getInt32(2, false));
  });
}
""",
        id="08.3 a Blob",
    ),
    pytest.param(
        "08.3",
        """
function read(socket) {
  socket.binaryType = "arraybuffer";
  socket.onmessage = function (event) {
    const bytes = new Uint8Array(event.data);
    const station = bytes[0] * 256 + bytes[1];
    const value = (bytes[2] << 24) | (bytes[3] << 16) | (bytes[4] << 8) | bytes[5];
    socket.send([station, value].join(" "));
  };
}
""",
        id="08.3 by hand",
    ),
    pytest.param(
        "08.4",
        """
const reasons = { bye: [1000, "再见"] };

function guard(socket) {
  socket.addEventListener("message", function (event) {
    const how = typeof event.data === "string" ? reasons[event.data] : [4003, "text only"];
    if (how) socket.close(...how);
  });
}
""",
        id="08.4 a table",
    ),
    pytest.param(
        "08.4",
        """
function guard(socket) {
  socket.onmessage = ({ data }) => {
    if (data instanceof Blob) socket.close(4003, "text only");
    if (data == "bye") socket.close(1000, "\\u518d\\u89c1");
  };
}
""",
        id="08.4 a Blob",
    ),
]


@pytest.mark.parametrize(("number", "code"), RIGHT)
def test_another_right_answer_passes(number: str, code: str) -> None:
    result = result_of(find(number), code)

    assert result.passed, result
