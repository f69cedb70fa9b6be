// A WebSocket class that extends the native one, tells what happens to it, and is otherwise like it for the code that uses it.
//
// Plain script text: a page runs it inside a function or an iframe, Node inside its preload. Nothing is patched that was there
// before: the native class and its prototype stay as they are, so the page around the cell never notices.
//
//     const WebSocket = wrapWebSocket(Native, emit, marker);
//     emit(item)          is given the items of the feed: socket, event, call (see wslab/peers/remote_feed.py). It must not throw.
//     marker(url)         {url, n}: where to connect in truth, and the number of its marker; or null: as it stands, unmarked
//     wrapWebSocket.current()    the id of the socket in whose callback the code runs now, or null
//     wrapWebSocket.raised(p)    the id of the socket whose callback was the last to end by raising, or which returned the
//                                promise `p`; or null; asked once
//     wrapWebSocket.enter(id, f) calls f as if in a callback of that socket (for timers that such a callback has set)
//     wrapWebSocket.live()       the sockets that are not closed yet, as [{id, url, socket}]
//     wrapWebSocket.mute()       from now on no callback runs any more, and nothing is emitted but events
//
// Options: next() gives the ids (1, 2, ... otherwise); run(id, f) and current() replace the way callbacks are told apart: Node
// has AsyncLocalStorage for it, a page has only the stack.
function wrapWebSocket(Native, emit, marker, options = {}) {
  const CUT = 10000; // characters of a message that are shown
  const HEXED = 60; // bytes of a message that are shown
  // After a callback its promises run in the same task: for so many steps they still count as the callback. Then they count as
  // nobody's, which is never wrong, only less.
  const STEPS = 200;
  const encoder = new TextEncoder();
  const known = new WeakMap(); // socket -> {id, url}
  const sockets = new Map(); // id -> socket, until it is closed
  const wrappers = new WeakMap(); // a listener of the code -> ours around it
  const originals = new WeakMap(); // our function around an on* handler -> that handler
  const promised = new WeakMap(); // what an async callback returned -> the id of its socket
  const native = Native.prototype;
  let made = 0;
  let depth = 0;
  let inside = null;
  let culprit = null;
  let muted = false;
  const next = options.next ?? (() => ++made);

  // Let the promises of a callback count as the callback, and end that before the next task.
  function linger(steps) {
    if (depth > 0) return;
    if (steps === 0) inside = null;
    else queueMicrotask(() => linger(steps - 1));
  }

  // Call a function as a callback of a socket. `nested`: other code of the cell is still under way around it.
  function onStack(id, call, nested) {
    const before = inside;
    inside = id;
    depth += 1;
    try {
      return call();
    } finally {
      depth -= 1;
      if (nested || depth > 0 || before !== null) inside = before;
      else linger(STEPS);
    }
  }

  const run = options.run ?? onStack;
  const current = options.current ?? (() => inside);

  // Call a function of the code in a socket's name. No `catch`: what it raises is reported with its own place.
  function enter(id, call, nested = false) {
    if (muted) return undefined;
    let raises = true;
    try {
      const result = run(id, call, nested);
      raises = false;
      if (result instanceof Promise) promised.set(result, id);
      return result;
    } finally {
      if (raises) culprit = id;
    }
  }

  // Call a listener of the code. One that it dispatches itself runs in the midst of other code.
  function heard(event, call) {
    const socket = event.currentTarget ?? event.target; // Node 20 does not set the first
    return enter(known.get(socket)?.id ?? null, call, !event.isTrusted);
  }

  // Our listener around one of the code's: one for each, so that the browser still sees duplicates and can remove it.
  function wrapped(listener) {
    if ((typeof listener !== "function" && typeof listener !== "object") || listener === null) return listener;
    let ours = wrappers.get(listener);
    if (ours === undefined) {
      ours =
        typeof listener === "function"
          ? function (event) {
              return heard(event, () => listener.call(this, event));
            }
          : { handleEvent: (event) => heard(event, () => listener.handleEvent(event)) };
      wrappers.set(listener, ours);
    }
    return ours;
  }

  // The first bytes in hex, two digits each.
  function hexed(bytes) {
    return Array.from(bytes.subarray(0, HEXED), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  }

  // What a message carries: its size in bytes, whether it is binary, and how a row shows it.
  function carried(data) {
    if (typeof data === "string") {
      return { text: data.slice(0, CUT), size: encoder.encode(data).length, binary: false };
    }
    if (typeof Blob === "function" && data instanceof Blob) return { text: "", size: data.size, binary: true };
    const view = ArrayBuffer.isView(data);
    const bytes = view ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
    return { text: hexed(bytes), size: bytes.byteLength, binary: true };
  }

  // Whether `send` takes it as bytes; everything else it turns into text.
  function binary(data) {
    if (typeof data !== "object" || data === null) return false;
    const buffers = ["[object ArrayBuffer]", "[object SharedArrayBuffer]"];
    return (
      ArrayBuffer.isView(data) ||
      (typeof Blob === "function" && data instanceof Blob) ||
      buffers.includes(Object.prototype.toString.call(data))
    );
  }

  // Where a socket is asked to connect, as the standard resolves it; null where the native class will refuse it.
  function resolved(text) {
    let url;
    try {
      url = new URL(text, globalThis.document?.baseURI);
    } catch {
      return null;
    }
    const schemes = { "ws:": "ws:", "wss:": "wss:", "http:": "ws:", "https:": "wss:" };
    if (!Object.hasOwn(schemes, url.protocol) || url.href.includes("#")) return null;
    url.protocol = schemes[url.protocol];
    return url;
  }

  // One event of a socket has come: told before anybody hears it.
  function tell(socket, event) {
    // A page's own events say of themselves that they are real; Node's do not.
    if (typeof document !== "undefined" && !event.isTrusted) return;
    const { id } = known.get(socket);
    const item = { k: "event", id, name: event.type, text: "", size: null, binary: false };
    if (event.type === "message") Object.assign(item, carried(event.data));
    if (event.type === "close") {
      sockets.delete(id);
      const reason = event.reason ? ` ${event.reason}` : "";
      item.text = `${event.code}${reason}, ${event.wasClean ? "clean" : "not clean"}`;
    }
    emit(item);
  }

  // What the code has called.
  function called(socket, name, what) {
    if (!muted) emit({ k: "call", id: known.get(socket).id, name, text: "", size: null, binary: false, ...what });
  }

  class WebSocket extends Native {
    constructor(url, ...rest) {
      if (arguments.length === 0) super(); // raises, in the native class's own words
      // Text once, as the native class would: a Symbol is left to it, which raises.
      const text = arguments.length === 0 || typeof url === "symbol" ? url : `${url}`;
      const wanted = typeof text === "string" ? resolved(text) : null;
      const real = wanted && marker(wanted.href);
      super(real ? real.url : text, ...rest);
      const id = next();
      const shown = real ? wanted.href : super.url;
      known.set(this, { id, url: shown });
      sockets.set(id, this);
      for (const name of ["open", "message", "error", "close"]) {
        super.addEventListener(name, (event) => tell(this, event));
      }
      const port = Number(wanted?.port) || (wanted?.protocol === "wss:" ? 443 : 80);
      const plain = wanted ? `${wanted.protocol}//${wanted.host}${wanted.pathname}${wanted.search}` : shown;
      emit({ k: "socket", id, n: real ? real.n : 0, marked: Boolean(real), url: plain.slice(0, CUT), port });
    }

    get url() {
      const truth = super.url;
      return known.get(this)?.url ?? truth;
    }

    send(data) {
      if (arguments.length === 0) return super.send();
      const given = binary(data) || typeof data === "symbol" ? data : `${data}`;
      const result = super.send(given);
      called(this, "send()", carried(given));
      return result;
    }

    close(code, reason) {
      const before = this.readyState;
      const result = super.close(...arguments);
      if (before === 0 || before === 1) {
        const parts = [code === undefined ? "" : `${Number(code)}`, reason === undefined ? "" : `${reason}`];
        called(this, "close()", { text: parts.filter((part) => part !== "").join(" ") });
      }
      return result;
    }

    addEventListener(type, listener, ...rest) {
      if (arguments.length < 2) return super.addEventListener(...arguments);
      return super.addEventListener(type, wrapped(listener), ...rest);
    }

    removeEventListener(type, listener, ...rest) {
      if (arguments.length < 2) return super.removeEventListener(...arguments);
      const found = listener !== null && ["function", "object"].includes(typeof listener) ? wrappers.get(listener) : undefined;
      return super.removeEventListener(type, found ?? listener, ...rest);
    }
  }

  // The event handler attributes: the native ones keep their place among the listeners, and give back what was set.
  for (const name of ["onopen", "onmessage", "onerror", "onclose"]) {
    const property = Object.getOwnPropertyDescriptor(native, name);
    Object.defineProperty(WebSocket.prototype, name, {
      ...property,
      get() {
        const ours = property.get.call(this);
        return originals.get(ours) ?? ours;
      },
      set(value) {
        if (typeof value !== "function") {
          property.set.call(this, value);
          return;
        }
        const ours = function (event) {
          return heard(event, () => value.call(this, event));
        };
        originals.set(ours, value);
        property.set.call(this, ours);
      },
    });
  }
  // What is listed when the code looks at a socket is what is listed of a native one.
  for (const name of ["url", "send", "close", "addEventListener", "removeEventListener"]) {
    Object.defineProperty(WebSocket.prototype, name, { enumerable: true });
  }
  for (const name of ["CONNECTING", "OPEN", "CLOSING", "CLOSED"]) {
    Object.defineProperty(WebSocket, name, Object.getOwnPropertyDescriptor(Native, name));
    Object.defineProperty(WebSocket.prototype, name, Object.getOwnPropertyDescriptor(native, name));
  }
  Object.defineProperty(WebSocket, "name", { value: "WebSocket" });
  // Called without `new`, it raises in the native class's own words.
  const seen = new Proxy(WebSocket, { apply: () => Native() });
  Object.defineProperty(WebSocket.prototype, "constructor", { value: seen, writable: true, configurable: true });

  wrapWebSocket.current = current;
  wrapWebSocket.enter = enter;
  wrapWebSocket.raised = (promise) => {
    if (promise !== undefined) return promised.get(promise) ?? null;
    const id = culprit;
    culprit = null;
    return id;
  };
  wrapWebSocket.live = () => Array.from(sockets, ([id, socket]) => ({ id, url: socket.url, socket }));
  wrapWebSocket.mute = () => {
    muted = true;
  };
  return seen;
}
