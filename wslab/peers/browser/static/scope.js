// What a cell's code finds around it: a WebSocket, a console and timers that tell what they do, and what it raised.
//
// Plain script text, run behind socket.js, inside a function of the page or inside an iframe of the cell's own.
//
//     const scope = makeScope(world, emit, config)
//     world       the global object whose WebSocket, console and timers are the native ones
//     emit(item)  is given the items of the feed; it must not throw
//     config      {key, ports, proxy, source}: the run's key, the lab's ports, where they are proxied ("" where they are not),
//                 and the name of the cell's source
function makeScope(world, emit, config) {
  const CUT = 10000; // characters of a line that are shown
  const MANY = [100, 20]; // values of a list, or of an object, that are shown; and of those inside others
  const DEEP = 3; // objects inside objects that are opened
  let ports = new Set(config.ports);
  let marked = 0;

  // Where a socket connects in truth: the lab's server of that port, with a marker that its end takes out again.
  function marker(text) {
    const url = new URL(text);
    const port = Number(url.port) || (url.protocol === "wss:" ? 443 : 80);
    if (!["localhost", "127.0.0.1", "[::1]"].includes(url.hostname) || !ports.has(port)) return null;
    marked += 1;
    let real = url.href;
    if (config.proxy && url.protocol === "ws:") {
      // `search` is empty for a lone "?", which is part of what the server is asked for.
      const rest = url.href.slice(url.href.indexOf("/", "ws://".length));
      real = `${config.proxy}${port}${rest}`;
    }
    return { url: `${real}${real.includes("?") ? "&" : "?"}wslab-marker=${config.key}.${marked}`, n: marked };
  }

  const WebSocket = wrapWebSocket(world.WebSocket, emit, marker);

  // A text inside an object, quoted as a browser's console does.
  function quoted(text) {
    const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
    const escaped = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
    return `${quote}${quote === "'" ? escaped.replaceAll("'", "\\'") : escaped}${quote}`;
  }

  // The name of what made an object; empty for a plain one.
  function maker(value) {
    const prototype = Object.getPrototypeOf(value);
    if (prototype === null) return "[Object: null prototype]";
    const name = prototype.constructor?.name;
    return typeof name === "string" && name !== "Object" ? name.slice(0, 100) : "";
  }

  // What is worth showing of objects whose properties are all getters of the browser's.
  const TOLD = {
    MessageEvent: ["isTrusted", "data", "origin", "type"],
    CloseEvent: ["isTrusted", "wasClean", "code", "reason", "type"],
    Event: ["isTrusted", "type"],
    WebSocket: ["url", "readyState", "bufferedAmount", "protocol", "extensions", "binaryType"],
    Blob: ["size", "type"],
    File: ["name", "size", "type"],
  };

  // How many values are shown at this depth.
  function many(deep) {
    return deep === 0 ? MANY[0] : MANY[1];
  }

  // The parts of an object, "name: value" each. Getters of the code's own are not called, as in a browser's console.
  function parts(value, name, deep, seen) {
    if (Object.hasOwn(TOLD, name)) return TOLD[name].map((one) => `${one}: ${shown(value[one], deep + 1, seen)}`);
    const own = Object.keys(value);
    const told = own.slice(0, many(deep)).map((key) => {
      const property = Object.getOwnPropertyDescriptor(value, key);
      return `${key}: ${"value" in property ? shown(property.value, deep + 1, seen) : "(...)"}`;
    });
    return own.length > many(deep) ? [...told, "…"] : told;
  }

  // The entries of a list, the first of them.
  function listed(values, size, deep, seen) {
    const told = [];
    for (const value of values) {
      if (told.length === many(deep)) break;
      told.push(Array.isArray(value) && value.entry ? pair(value.entry, deep, seen) : shown(value, deep + 1, seen));
    }
    return (size > many(deep) ? [...told, "…"] : told).join(", ");
  }

  function pair([key, value], deep, seen) {
    return `${shown(key, deep + 1, seen)} => ${shown(value, deep + 1, seen)}`;
  }

  // An entry of a Map, told apart from a value that is a list.
  function entry(both) {
    const made = [];
    Object.defineProperty(made, "entry", { value: both });
    return made;
  }

  // An object, as far down as is worth it.
  function object(value, deep, seen) {
    const tag = Object.prototype.toString.call(value).slice(8, -1);
    if (tag === "Error" || tag === "DOMException") return `${value.name}: ${value.message}`;
    if (tag === "Date") return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toString();
    if (tag === "RegExp") return String(value);
    const name = maker(value);
    const space = name ? `${name} ` : "";
    if (deep >= DEEP) return Array.isArray(value) ? `Array(${value.length})` : name || "{…}";
    const inner = [...seen, value];
    if (Array.isArray(value)) return `[${listed(value, value.length, deep, inner)}]`;
    if (tag === "Map") return `Map(${value.size}) {${listed(Array.from(value, entry), value.size, deep, inner)}}`;
    if (tag === "Set") return `Set(${value.size}) {${listed(value, value.size, deep, inner)}}`;
    if (tag === "ArrayBuffer") {
      return `ArrayBuffer(${value.byteLength}) [${listed(new Uint8Array(value), value.byteLength, deep, inner)}]`;
    }
    if (ArrayBuffer.isView(value) && tag !== "DataView") {
      return `${name}(${value.length}) [${listed(value, value.length, deep, inner)}]`;
    }
    if (tag === "Promise") return "Promise";
    return `${space}{${parts(value, name, deep, inner).join(", ")}}`;
  }

  // A value as a browser's console writes it.
  function shown(value, deep = 0, seen = []) {
    if (typeof value === "string") return quoted(value.slice(0, CUT));
    if (typeof value === "function") return `ƒ ${value.name}()`;
    if (typeof value === "bigint") return `${value}n`;
    if (Object.is(value, -0)) return "-0";
    if (typeof value !== "object" || value === null) return String(value);
    if (seen.includes(value)) return "[Circular]";
    try {
      return object(value, deep, seen);
    } catch {
      return "[an object that cannot be looked at]";
    }
  }

  // The arguments of console.log as one text, with the substitutions of the Console standard (section 2.2.1, Formatter).
  function formatted(values) {
    let rest = values;
    let text = "";
    if (typeof values[0] === "string" && values.length > 1) {
      let next = 1;
      const number = (value, whole) => {
        const given = typeof value === "symbol" ? NaN : whole ? parseInt(value, 10) : parseFloat(value);
        return String(given);
      };
      text = values[0].replace(/%([sdifoOc%])/g, (all, what) => {
        if (what === "%") return "%";
        if (next >= values.length) return all;
        const value = values[next++];
        if (what === "s") return typeof value === "object" ? shown(value) : String(value);
        if (what === "c") return "";
        return what === "f" ? number(value, false) : what === "o" || what === "O" ? shown(value) : number(value, true);
      });
      rest = values.slice(next);
      if (rest.length > 0) text += " ";
    }
    text += rest.map((value) => (typeof value === "string" ? value : shown(value))).join(" ");
    return text.slice(0, CUT);
  }

  let indent = "";
  const counts = new Map();

  // Print one line: here, and on the browser's own console.
  function print(level, values, text = formatted(values)) {
    const lines = indent ? text.replaceAll(/^/gm, indent) : text;
    emit({ k: "print", id: wrapWebSocket.current(), level, text: lines.slice(0, CUT) });
  }

  const own = {};
  for (const level of ["log", "info", "warn", "error", "debug"]) own[level] = (...values) => print(level, values);
  own.dir = (value) => print("log", [], shown(value));
  own.table = (value) => print("log", [], shown(value));
  own.trace = (...values) => print("log", values, `Trace: ${formatted(values)}`);
  own.assert = (holds, ...values) => {
    if (!holds) print("error", values, values.length > 0 ? `Assertion failed: ${formatted(values)}` : "Assertion failed");
  };
  own.count = (label = "default") => {
    counts.set(label, (counts.get(label) ?? 0) + 1);
    print("log", [], `${label}: ${counts.get(label)}`);
  };
  own.group = (...values) => {
    print("log", values);
    indent += "  ";
  };
  own.groupCollapsed = own.group;
  own.groupEnd = () => {
    indent = indent.slice(2);
  };
  const console = Object.create(world.console);
  for (const [name, method] of Object.entries(own)) {
    const native = world.console[name]?.bind(world.console);
    Object.defineProperty(console, name, {
      value: (...values) => {
        method(...values);
        native?.(...values);
      },
      writable: true,
      configurable: true,
      enumerable: true,
    });
  }

  // Timers, ended with the run. What a callback of a socket has set still counts as that callback.
  const timers = new Set();
  function timer(start, once) {
    return (callback, ...rest) => {
      if (typeof callback !== "function") return start(callback, ...rest);
      const id = wrapWebSocket.current();
      const number = start((...given) => {
        if (once) timers.delete(number);
        wrapWebSocket.enter(id, () => callback(...given));
      }, ...rest);
      timers.add(number);
      return number;
    };
  }
  const setTimeout = timer(world.setTimeout.bind(world), true);
  const setInterval = timer(world.setInterval.bind(world), false);

  // Something was raised and nobody caught it: what, and in which line of the cell.
  function raised(error, line = 0, promise = undefined) {
    const place = new RegExp(`${config.source.replaceAll(".", "\\.")}:(\\d+)`).exec(String(stackOf(error)));
    const at = place ? Number(place[1]) : line;
    const text = typeof error === "string" ? error : shown(error);
    const id = wrapWebSocket.raised(promise);
    emit({ k: "raised", id, text: text.slice(0, CUT), where: at ? `line ${at}` : "" });
  }

  function stackOf(error) {
    try {
      return error?.stack ?? "";
    } catch {
      return "";
    }
  }

  // Whether something that was raised on a page that others use as well is the cell's.
  function ours(filename, error) {
    return String(filename).endsWith(config.source) || String(stackOf(error)).includes(config.source);
  }

  // The lab's servers have changed.
  function listen(list) {
    ports = new Set(list);
  }

  // End what the code has set going: no callback of it runs any more. Its sockets are closed in the usual way.
  function end(why) {
    wrapWebSocket.mute();
    for (const number of timers) world.clearTimeout(number);
    for (const { socket } of wrapWebSocket.live()) world.WebSocket.prototype.close.call(socket, 1000, why);
  }

  return { WebSocket, console, setTimeout, setInterval, raised, ours, listen, end, live: wrapWebSocket.live };
}
