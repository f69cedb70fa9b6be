"""The tutorial that lesson 08 runs unchanged: a page's code in five snippets, and a server for Node. Nothing here is ours to mend."""

from __future__ import annotations

CREATE = """const socket = new WebSocket("ws://localhost:8080");"""

OPEN = """socket.onopen = function (event) {
  console.log("WebSocket连接已打开");
};"""

MESSAGE = """socket.onmessage = function (event) {
  const message = event.data;
  console.log("接收到消息：" + message);
};"""

SEND = """socket.onopen = function (event) {
  const message = "Hello, server!";
  socket.send(message);
  console.log("发送消息：" + message);
};"""

CLOSE = """socket.onclose = function (event) {
  console.log("WebSocket连接已关闭");
};"""

SERVER = """const WebSocket = require("ws");

const wss = new WebSocket.Server({ port: 8080 });

wss.on("connection", function (ws) {
  console.log("已建立WebSocket连接");

  ws.on("message", function (message) {
    console.log("接收到消息：" + message);
    // 处理接收到的消息
  });

  ws.send("Hello, client!");
});"""

SNIPPETS = (CREATE, OPEN, MESSAGE, SEND, CLOSE)
"""The page's code, in the tutorial's order."""


def pasted(*snippets: str) -> str:
    """Snippets one below the other, as somebody pastes them."""
    return "\n".join(snippets)
