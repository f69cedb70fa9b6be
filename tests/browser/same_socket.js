// What code can find out about a WebSocket class: the same for the browser's own and for ours around it.
async (WebSocket, url) => {
  const notes = [];
  const note = (what, ...values) => notes.push([what, ...values]);
  const tried = (what, f) => {
    try { note(what, String(f())); } catch (error) { note(what, error.name, error.message, error instanceof DOMException); }
  };
  const listed = (object) => { const names = []; for (const name in object) names.push(name); return names.sort(); };
  const over = (socket) => new Promise((done) => { socket.addEventListener("close", done); });
  const states = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"];

  note("class", WebSocket.name, WebSocket.length, typeof WebSocket, Object.prototype.toString.call(WebSocket));
  note("states", states.map((name) => [WebSocket[name], WebSocket.prototype[name]]));
  for (const name of states) {
    const { writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(WebSocket, name);
    note("state", name, writable, enumerable, configurable, Object.hasOwn(WebSocket.prototype, name));
  }
  tried("no arguments", () => new WebSocket());
  tried("called", () => WebSocket(url));
  for (const bad of ["nope:", "ws://a:b", `${url}#`, `${url}#part`, "//", "mailto:a@b", null, {}, Symbol("s")]) {
    tried(["bad", String(bad)], () => new WebSocket(bad));
  }
  for (const bad of ["a b", ["a", "a"], [""], "ü", {}]) tried(["protocol", String(bad)], () => new WebSocket(url, bad));
  for (const given of [`  ${url}/a/../b?x=1 `, url.replace("ws:", "HTTP:"), `${url}/ü?`]) {
    const socket = new WebSocket(given);
    note("url", socket.url);
    socket.close();
    await over(socket);
  }

  const socket = new WebSocket(new URL(url));
  note("instance", socket instanceof WebSocket, socket instanceof window.WebSocket, socket instanceof EventTarget);
  note("constructor", socket.constructor === WebSocket, Object.getPrototypeOf(socket) === WebSocket.prototype, `${socket}`);
  note("keys", Object.keys(socket), Object.getOwnPropertyNames(socket), listed(socket));
  note("values", socket.url, socket.readyState, socket.protocol, socket.extensions, socket.bufferedAmount, socket.binaryType);
  socket.url = socket.readyState = 9;
  note("read-only", socket.url, socket.readyState);
  for (const value of [null, undefined, 5, "x", {}, () => {}]) {
    socket.onopen = value;
    note("handler", typeof value, socket.onopen === value, socket.onopen === null);
  }
  socket.onopen = null;
  tried("send early", () => socket.send("x"));
  tried("send nothing", () => socket.send());
  tried("send a symbol", () => socket.send(Symbol("s")));
  tried("listen to nothing", () => socket.addEventListener());
  tried("listen with nothing", () => socket.addEventListener("open"));
  tried("listen with text", () => socket.addEventListener("open", "text"));
  tried("listen with null", () => socket.addEventListener("open", null));
  tried("remove with text", () => socket.removeEventListener("open", "text"));
  tried("foreign this", () => WebSocket.prototype.send.call({}, "x"));
  tried("foreign url", () => Object.getOwnPropertyDescriptor(WebSocket.prototype, "url").get.call({}));
  for (const given of [[1001], [999], ["x"], [1000, "x".repeat(124)], [null]]) tried(["close", given], () => socket.close(...given));

  const heard = [];
  const say = (name) => function (event) { heard.push([name, event.type, this === socket, event.target === socket, event.currentTarget === socket]); };
  const twice = say("twice"), removed = say("removed"), once = say("once"), aborted = say("aborted");
  const aborter = new AbortController();
  const object = { name: "object", handleEvent(event) { heard.push([this.name, event.type, this === object]); } };
  socket.addEventListener("note", say("first"));
  socket.onmessage = say("replaced");
  socket.addEventListener("message", say("listener"));
  socket.onmessage = say("in its place");
  socket.addEventListener("note", twice);
  socket.addEventListener("note", twice);
  socket.addEventListener("note", twice, true);
  socket.addEventListener("note", removed);
  socket.removeEventListener("note", removed);
  socket.removeEventListener("note", say("never there"));
  socket.addEventListener("note", once, { once: true });
  socket.addEventListener("note", object);
  socket.addEventListener("note", aborted, { signal: aborter.signal });
  aborter.abort();
  note("dispatched", socket.dispatchEvent(new Event("note")), socket.dispatchEvent(new Event("note")));
  socket.removeEventListener("note", object);
  socket.removeEventListener("note", twice, true);
  note("dispatched", socket.dispatchEvent(new Event("note", { cancelable: true })));

  await new Promise((done) => { socket.onopen = done; });
  const next = () => new Promise((done) => { socket.addEventListener("message", (event) => setTimeout(() => done(event.data)), { once: true }); });
  for (const data of ["text", "", "\ud800!", 3, null, undefined, { toString: () => "made" }, ["a", 1]]) {
    socket.send(data);
    note("echo", await next());
  }
  note("result", socket.send("x"), await next());
  for (const data of [new Uint8Array([1, 2, 3]).buffer, new Uint8Array([1, 2, 3]).subarray(1), new DataView(new ArrayBuffer(2)), new Blob(["b"])]) {
    socket.send(data);
    const got = await next();
    note("binary", got.constructor.name, got.size, got.type, [...new Uint8Array(await got.arrayBuffer())]);
  }
  socket.binaryType = "arraybuffer";
  socket.binaryType = "nonsense";
  socket.send(new Uint8Array(2));
  note("buffer", socket.binaryType, (await next()).byteLength);
  const closed = over(socket);
  note("close", socket.close(3001, "bye"), socket.readyState);
  note("send late", socket.send("late"), socket.bufferedAmount);
  const end = await closed;
  note("closed", end.code, end.reason, end.wasClean, socket.readyState, heard);
  class Own extends WebSocket { say() { return "own"; } }
  const own = new Own(url, []);
  note("subclass", own.say(), own instanceof Own, own instanceof WebSocket, own.constructor.name);
  own.close();
  await over(own);
  return notes;
}
