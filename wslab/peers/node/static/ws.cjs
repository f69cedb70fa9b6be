// Sockets of the cell, recorded: those of the package `ws`, at both ends, and Node's own WebSocket where it has one (22).
//
// The classes stay `ws`'s own; a few methods of their prototypes tell what happens and then do it. A client is found when it
// makes its request: that is also where its marker enters the URL, which `socket.url` therefore never shows.
"use strict";

const http = require("node:http");
const https = require("node:https");
const path = require("node:path");

const CUT = 10000; // characters of a message that are told
const HEXED = 60; // bytes of a message that are told

// What a message carries: its size in bytes, whether it is binary, and how a row shows it.
function carried(data, binary) {
  if (typeof Blob === "function" && data instanceof Blob) return { text: "", size: data.size, binary: true };
  let bytes;
  if (Array.isArray(data)) bytes = data.every(Buffer.isBuffer) ? Buffer.concat(data) : Buffer.from(data);
  else if (ArrayBuffer.isView(data)) bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  else if (data instanceof ArrayBuffer) bytes = Buffer.from(data);
  else bytes = Buffer.from(String(data ?? ""));
  const text = binary ? bytes.subarray(0, HEXED).toString("hex").replace(/..(?=.)/g, "$& ") : bytes.subarray(0, 4 * CUT).toString().slice(0, CUT);
  return { text, size: bytes.length, binary };
}

// How a close reads in a row.
function closing(code, reason, clean) {
  const said = String(reason ?? "");
  return `${code}${said ? ` ${said}` : ""}, ${clean ? "clean" : "not clean"}`;
}

// Record the sockets of one copy of `ws`.
function instrument(WebSocket, WebSocketServer, feed) {
  const ids = new WeakMap();
  const { prototype } = WebSocket;
  const { emit, send, close, ping, pong, terminate } = prototype;
  const nothing = { text: "", size: null, binary: false };
  const tell = (socket, k, name, what) => feed.emit({ k, id: ids.get(socket), name, ...nothing, ...what });

  const TOLD = {
    open: () => nothing,
    message: (socket, data, binary) => carried(data, binary ?? typeof data !== "string"),
    error: (socket, error) => ({ text: String(error?.message ?? error) }),
    close: (socket, code, reason) => ({ text: closing(code, reason, socket._closeFrameReceived && socket._closeFrameSent) }),
    ping: (socket, data) => carried(data, true),
    pong: (socket, data) => carried(data, true),
  };

  prototype.emit = function (name, ...given) {
    if (name === "open" && this._isServer && !ids.has(this)) {
      ids.set(this, feed.next());
      feed.emit({ k: "accepted", id: ids.get(this), port: this._socket?.remotePort ?? 0 });
    } else if (ids.has(this) && Object.hasOwn(TOLD, name)) {
      tell(this, "event", name, TOLD[name](this, ...given));
    }
    return ids.has(this) ? feed.run(ids.get(this), () => emit.call(this, name, ...given)) : emit.call(this, name, ...given);
  };

  // Told before anything leaves, so that a process that is stopped meanwhile has told it. What `ws` may refuse by raising is
  // told when it has not: a call that raised sent no message, and would be taken for one.
  prototype.send = function (data, ...more) {
    const say = () => tell(this, "call", "send()", carried(data, typeof data !== "string" && typeof data !== "number"));
    const early = ids.has(this) && this.readyState > 0 && (typeof data === "string" || Buffer.isBuffer(data));
    if (early) say();
    const result = send.call(this, data, ...more);
    if (!early && ids.has(this)) say();
    return result;
  };

  for (const [name, method] of Object.entries({ ping, pong })) {
    prototype[name] = function (data, ...more) {
      // `ws` answers each ping with this method: that is no call of the cell's.
      const own = more.length < 2 || (more[1] !== this._autoPongComplete && more[1]?.name !== "NOOP");
      const result = method.call(this, data, ...more);
      if (own && ids.has(this)) tell(this, "call", `${name}()`, carried(typeof data === "function" ? "" : data, true));
      return result;
    };
  }

  prototype.close = function (code, reason) {
    // `ws` itself answers a Close frame, and a protocol error, with this method: that is no call of the cell's.
    const own = !this._closeFrameReceived && !this._receiver?._writableState?.errored;
    const before = this.readyState;
    const result = close.call(this, code, reason);
    const parts = [code, reason].filter((part) => part !== undefined && part !== "").map(String);
    if (own && before < 2 && ids.has(this)) tell(this, "call", "close()", { text: parts.join(" ") });
    return result;
  };

  prototype.terminate = function () {
    const before = this.readyState;
    const result = terminate.call(this);
    if (before < 3 && ids.has(this)) tell(this, "call", "terminate()", nothing);
    return result;
  };

  // The callback that is given a new connection runs in its name.
  const { emit: emitOfServer } = WebSocketServer.prototype;
  WebSocketServer.prototype.emit = function (name, ...given) {
    const id = name === "connection" ? ids.get(given[0]) : undefined;
    return id === undefined ? emitOfServer.call(this, name, ...given) : feed.run(id, () => emitOfServer.call(this, name, ...given));
  };

  return (socket, item) => {
    if (ids.has(socket)) return;
    ids.set(socket, feed.next());
    feed.emit({ k: "socket", id: ids.get(socket), ...item });
  };
}

// Record the `ws` that the cell will find: that of its own folder, else ours.
function recordWs(require, ours, feed, control) {
  const paths = [process.cwd(), ...(ours ? [ours] : [])];
  let home;
  try {
    home = path.dirname(require.resolve("ws/package.json", { paths }));
  } catch {
    return; // the cell can do without
  }
  try {
    const [socket, server] = ["websocket", "websocket-server"].map((name) => require(path.join(home, "lib", name)));
    const made = instrument(socket, server, feed);
    recordRequests(http, "ws:", made, control);
    recordRequests(https, "wss:", made, control);
  } catch (error) {
    feed.emit({ k: "unrecorded", text: `the package ws in ${home} (${error.message})`, advice: "" });
  }
}

// `ws` asks for `finishRequest` right after its request is made, and gives it the socket: the place to learn which one it is.
function recordRequests(module, scheme, made, control) {
  const { request } = module;
  module.request = function (options, ...more) {
    const key = options?.headers?.["Sec-WebSocket-Key"];
    if (more.length > 0 || !key || !options.createConnection) return request.call(this, options, ...more);
    const host = String(options.host).includes(":") ? `[${options.host}]` : options.host;
    const port = Number(options.port);
    const usual = port === (scheme === "wss:" ? 443 : 80);
    const plain = `${scheme}//${host}${usual ? "" : `:${port}`}${options.path}`;
    const marked = options.socketPath ? null : control.marker(plain);
    if (marked) {
      const url = new URL(marked.url);
      options.path = url.pathname + url.search;
    }
    const finish = options.finishRequest;
    options.finishRequest = (sent, socket) => {
      made(socket, { n: marked?.n ?? 0, marked: marked !== null, url: plain, port });
      if (finish) finish(sent, socket);
      else sent.end();
    };
    return request.call(this, options);
  };
}

// Record Node's own WebSocket. `source` is the text of socket.js.
function recordNative(source, feed, control) {
  if (typeof WebSocket !== "function") return;
  const wrap = new Function(`${source}\nreturn wrapWebSocket;`)();
  const { next, run, current } = feed;
  globalThis.WebSocket = wrap(WebSocket, feed.emit, control.marker, { next, run, current });
}

module.exports = { recordNative, recordWs };
