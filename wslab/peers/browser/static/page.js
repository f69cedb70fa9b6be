// Runs one cell's JavaScript in this page, once, and tells the kernel what it does. Never shown.
//
//     kernel ◄── channel ──► page.js ──► the cell's code: here, in an iframe, or in a sandboxed iframe
//
// The channel is a WebSocket to the kernel's machine, because messages of widgets do not arrive while a cell blocks: straight,
// else through jupyter-server-proxy, else widget messages after all. The kernel says "go" to one page, once; a page that is
// loaded again, and a second tab, hear that it has gone and do nothing. A channel that is lost is not opened again: what the
// cell has set going is ended with it.
//
// SOCKET and SCOPE, the texts of socket.js and scope.js, are put before this by the kernel's side.

const DIRECT = 2000; // milliseconds to wait until the kernel's machine lets the page in
const PROXIED = 3000; // and through the proxy
const ANSWER = 15000; // and then for the kernel: it may have given the run to this page already, and gives it to nobody else
const AGAIN = 5000; // and until it is asked again, by messages of the widget
const ENDING = 1000; // and for closing handshakes when a run is ended
const LOOKS = 4; // a time to wait is counted in so many parts: a page that was busy through all of it has heard nothing
const BATCH = 100; // items in one message
const CHARACTERS = 60000; // and characters of their texts, each six bytes at most: the kernel takes one MiB
const LIMIT = 12000; // items of a run; what comes then is counted, and only what opens or closes a socket is told
const AsyncFunction = (async () => {}).constructor;

// The WebSocket address below which jupyter-server-proxy offers the ports of the kernel's machine; "" where there is no Jupyter.
function proxy() {
  try {
    const config = JSON.parse(document.getElementById("jupyter-config-data").textContent);
    const url = new URL(`${config.baseUrl.replace(/\/?$/, "/")}proxy/`, location.href);
    return `${url.protocol === "https:" ? "wss:" : "ws:"}//${url.host}${url.pathname}`;
  } catch {
    return "";
  }
}

// Call a function after a time in which this page could hear what it waits for. Gives how to take that back.
function after(limit, late) {
  let looks = 0;
  const timer = setInterval(() => {
    looks += 1;
    if (looks < LOOKS) return;
    clearInterval(timer);
    late();
  }, limit / LOOKS);
  return () => clearInterval(timer);
}

// Try one way to the kernel. Gives the channel and the kernel's first message, or null.
function attempt(url, route, limit) {
  return new Promise((done) => {
    let socket;
    try {
      socket = new WebSocket(url);
    } catch {
      done(null);
      return;
    }
    const channel = { route, hear: () => {}, lost: () => {} };
    const give_up = () => {
      done(null);
      socket.close();
    };
    let heard = after(limit, give_up);
    channel.say = (message) => {
      if (socket.readyState === 1) socket.send(JSON.stringify(message));
    };
    channel.close = () => socket.close(1000);
    socket.onopen = () => {
      heard();
      heard = after(ANSWER, give_up);
      channel.say({ hello: location.origin, route });
    };
    socket.onerror = give_up; // through a proxy, a refused handshake opens first
    socket.onclose = () => {
      heard();
      done(null);
      channel.lost();
    };
    socket.onmessage = (event) => {
      heard();
      const message = JSON.parse(event.data);
      channel.hear(message);
      done({ channel, first: message });
    };
  });
}

// The last way: messages of the widget. They reach every page that shows the notebook, so each says which page it is of.
function messages(model) {
  const view = crypto.getRandomValues(new Uint32Array(2)).join("-");
  return new Promise((done) => {
    const channel = { route: "messages", hear: () => {}, lost: () => {} };
    channel.say = (message) => model.send({ ...message, view });
    const hello = () => channel.say({ hello: location.origin, route: "messages" });
    const again = setInterval(hello, AGAIN); // the kernel may not have listened yet
    const leave = () => channel.say({ bye: true });
    const heard = (message) => {
      if (message?.view !== view) return;
      clearInterval(again);
      channel.hear(message);
      done({ channel, first: message });
    };
    channel.close = () => {
      clearInterval(again);
      model.off("msg:custom", heard);
      window.removeEventListener("pagehide", leave);
      leave();
    };
    model.on("msg:custom", heard);
    window.addEventListener("pagehide", leave);
    hello();
  });
}

// Puts items together that come in one task, and keeps a flood from the kernel.
function feeder(channel) {
  const { port1, port2 } = new MessageChannel(); // no timer: those of a page in the background come once a second
  let waiting = [];
  let told = 0;
  const flush = () => {
    while (waiting.length > 0) {
      let count = 0;
      for (let size = 0; count < Math.min(BATCH, waiting.length) && size < CHARACTERS; count += 1) {
        size += (waiting[count].text ?? waiting[count].url ?? "").length;
      }
      channel.say({ items: waiting.splice(0, count) });
    }
  };
  port1.onmessage = flush;
  const emit = (item) => {
    told += 1;
    const needed = item.k === "socket" || (item.k === "event" && item.name === "close");
    if (told > LIMIT && !needed) {
      if (told > LIMIT + 1) return;
      const text = `more than ${LIMIT} events and lines in this run: of the others, lines are only in the browser's own console (F12)`;
      waiting.push({ k: "print", id: null, level: "warn", text });
    } else waiting.push(item);
    if (waiting.length === 1) port2.postMessage(0);
  };
  return { emit, flush };
}

// Run a script of the page at once. Gives the error event that came of it, or null.
function runScript(text, source) {
  let failed = null;
  const hear = (event) => {
    failed = event;
    event.preventDefault();
  };
  const script = document.createElement("script");
  script.textContent = `${text}\n//# sourceURL=${source}`;
  window.addEventListener("error", hear, true);
  document.head.append(script);
  window.removeEventListener("error", hear, true);
  script.remove();
  return failed;
}

// Make a function of the cell's code; null, and told, when it is none. The code begins in the first line of its script, so the
// lines that errors name are the cell's.
function compile(code, names, source, raised) {
  try {
    new AsyncFunction(...names, code); // only a whole function body may stand inside the braces below
  } catch (error) {
    // Once more, to learn in which line: only a script says so. Should it be a whole script, it ends before it begins.
    const failed = runScript(`throw null; async function cell() {${code}\n}`, source);
    raised(error, failed?.error instanceof SyntaxError ? failed.lineno : 0);
    return null;
  }
  const key = `wslab-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  runScript(`window[${JSON.stringify(key)}] = async function (${names.join(", ")}) {${code}\n};`, source);
  const made = window[key];
  delete window[key];
  return made;
}

// Gives what is over when sockets are closed, or when that takes too long.
function closed(sockets, limit) {
  return new Promise((done) => {
    const heard = after(limit, done);
    // The native method: no listener of the code's hears anything any more.
    const each = ({ socket }) => new Promise((next) => EventTarget.prototype.addEventListener.call(socket, "close", next));
    Promise.all(sockets.map(each)).then(() => {
      heard();
      done();
    });
  });
}

// Run the code in this page, as a function whose WebSocket, console and timers are ours.
function inPage(go, emit, done) {
  const makeScope = new Function(`${SOCKET}\n${SCOPE}\nreturn makeScope;`)();
  const scope = makeScope(window, emit, go);
  const failed = (event) => {
    if (scope.ours(event.filename, event.error)) scope.raised(event.error ?? event.message, event.lineno);
  };
  const rejected = (event) => {
    if (scope.ours("", event.reason)) scope.raised(event.reason, 0, event.promise);
  };
  const names = ["WebSocket", "console", "setTimeout", "setInterval"];
  const made = compile(go.code, names, go.source, scope.raised);
  window.addEventListener("error", failed);
  window.addEventListener("unhandledrejection", rejected);
  const ended = made === null ? Promise.reject(null) : made.call(window, ...names.map((name) => scope[name]));
  ended.then(
    () => done(true),
    (error) => {
      if (made !== null) scope.raised(error);
      done(false);
    },
  );
  return {
    listen: scope.listen,
    // Gives what is over when every socket is closed.
    async end(why) {
      const open = scope.live();
      scope.end(why);
      await closed(open, ENDING);
      window.removeEventListener("error", failed);
      window.removeEventListener("unhandledrejection", rejected);
    },
  };
}

// What an iframe of the cell's own runs first. It hears the code from this page, and nothing from anybody else.
const INSIDE = `(() => {
  __SOCKET__
  __SCOPE__
  const hear = (event) => {
    const go = event.data?.wslab;
    if (event.source !== parent || !go) return;
    removeEventListener("message", hear);
    const port = event.ports[0];
    const emit = (item) => port.postMessage({ item });
    const scope = makeScope(window, emit, go);
    let ends = true;
    addEventListener("error", (event) => {
      ends = false;
      // The browser says of a script that it cannot read that it could not be put into the page.
      if (event.error instanceof SyntaxError) event.error.message = event.error.message.replace(/^Failed to execute 'append' on '\\w+': /, "");
      scope.raised(event.error ?? event.message, event.lineno);
    });
    addEventListener("unhandledrejection", (event) => scope.raised(event.reason, 0, event.promise));
    for (const name of ["WebSocket", "console", "setTimeout", "setInterval"]) {
      Object.defineProperty(window, name, { value: scope[name], writable: true, configurable: true });
    }
    port.onmessage = (event) => scope.listen(event.data.ports);
    const script = document.createElement("script");
    script.textContent = go.code + "\\n//# sourceURL=" + go.source;
    document.body.append(script);
    port.postMessage({ done: ends });
  };
  addEventListener("message", hear);
  parent.postMessage({ wslab: "ready" }, "*");
})();`;

// Run the code in an iframe: a page of its own with a real global scope. A sandboxed one has the Origin "null".
function inFrame(go, emit, done) {
  const frame = document.createElement("iframe");
  if (go.mode === "sandbox") frame.sandbox = "allow-scripts";
  frame.hidden = true;
  frame.title = "wslab: the page of a cell";
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => {
    if (data.item) emit(data.item);
    else done(data.done);
  };
  const ready = (event) => {
    if (event.source !== frame.contentWindow || event.data?.wslab !== "ready") return;
    window.removeEventListener("message", ready);
    frame.contentWindow.postMessage({ wslab: go }, "*", [port2]);
  };
  window.addEventListener("message", ready);
  const boot = INSIDE.replace("__SOCKET__", () => SOCKET).replace("__SCOPE__", () => SCOPE);
  frame.srcdoc = `<!doctype html><meta charset="utf-8"><body><script>${boot}</script></body>`;
  document.body.append(frame);
  return {
    listen: (ports) => port1.postMessage({ ports }),
    // A page that is left: the browser itself ends its timers, and its sockets with 1001.
    async end() {
      window.removeEventListener("message", ready);
      frame.remove();
    },
  };
}

// Open a channel, and run the code if the kernel says so.
async function begin(model, life) {
  const { port, token } = { port: model.get("port"), token: model.get("token") };
  const below = proxy();
  let found = port ? await attempt(`ws://127.0.0.1:${port}/${token}`, "direct", DIRECT) : null;
  if (found === null && port && below) found = await attempt(`${below}${port}/${token}`, "proxied", PROXIED);
  found ??= await messages(model);
  const { channel, first } = found;
  if (!first.go || life.over) {
    channel.close();
    return;
  }
  const { emit, flush } = feeder(channel);
  const go = { ...first, proxy: channel.route === "proxied" ? below : "" };
  const start = go.mode === "page" ? inPage : inFrame;
  const code = start(go, emit, (well) => {
    flush();
    channel.say({ done: well });
  });
  life.end = async (why) => {
    life.end = () => {};
    await code.end(why);
    flush();
    channel.close();
  };
  channel.lost = () => life.end("the kernel is gone");
  channel.hear = (message) => {
    if (message.ports) code.listen(message.ports);
    if (message.stop) life.end(message.stop);
  };
}

export default {
  initialize({ model }) {
    const life = { over: false, end: () => {} };
    if (!model.get("granted")) begin(model, life);
    return () => {
      life.over = true;
      life.end("the cell's run has ended");
    };
  },
};
