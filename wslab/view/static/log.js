// The live message log. One widget, one file, no dependencies.
//
// Python keeps all rows and filters them; this page knows the bounds (ordinals lo..hi of the rows that pass the filter) and
// the rows near the view. News come at most 20 times a second and carry the whole state; anything else is asked for.
// Only what is visible is drawn, into pooled elements, once a frame at most.
//
//   View      state, messages, toolbar, status      Blocks   rows that are here, by ordinal
//   List      the virtual list and its keyboard     Detail   the pane below: payload, frames, times, links
//
// The byte inspectors are modules of their own: inspector.js for frames, head_inspector.js for handshakes. Each comes from Python
// with the first row whose bytes are asked for: a module that is loaded out of a string, as ours are, cannot import another by its name.
//
// Payloads are hostile: they are only ever put into textContent, with control and reordering characters made visible.

const CAP = 8_000_000; // pixels: browsers draw nothing beyond some 16 to 33 million
const OVERSCAN = 6; // rows drawn beyond either edge, so that a fast scroll shows no gap
const ASK = 256; // rows asked for at once
const BLOCKS = 200; // blocks kept
const BUSY = 400; // ms without an answer until the kernel is called busy
const RETRY = 6000; // ms without an answer until a question is put again
const SPEAK = 4000; // ms between two announcements
const MOST = 256 * 1024; // payload bytes shown
const INSPECTED = 64; // frames of a row whose bits can be looked at (wslab/view/inspector/description.py)

const SOURCES = ["lab", "client", "client to server", "server to client", "server"];
const PLURAL = {
  handshake: "handshakes", message: "messages", control: "heartbeats", close: "closes",
  event: "events", print: "prints", fault: "faults", note: "notes",
};
const OPCODES = { 0: "continuation", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong" };
const HIDDEN = {
  0x61c: "ALM", 0x200b: "ZWSP", 0x200c: "ZWNJ", 0x200e: "LRM", 0x200f: "RLM", 0x2028: "LS", 0x2029: "PS", 0x202a: "LRE",
  0x202b: "RLE", 0x202c: "PDF", 0x202d: "LRO", 0x202e: "RLO", 0x2060: "WJ", 0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI",
  0x2069: "PDI", 0xfeff: "BOM", 0x7f: "DEL",
};
const CONTROLS = ("NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC " +
  "FS GS RS US").split(" ");
const INVISIBLE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb]|[\u{e0000}-\u{e0fff}]/gu;

let serial = 0;
const inspectors = {}; // the modules of the byte inspectors, "frames" and "head", once they are here: promises

// Words ----------------------------------------------------------------------------------------------------------------

// The picture of a character that would not be seen, or that would reorder what is.
function picture(character) {
  const code = character.codePointAt(0);
  return `\u27e8${CONTROLS[code] ?? HIDDEN[code] ?? `U+${code.toString(16).toUpperCase().padStart(4, "0")}`}\u27e9`;
}

// Text with everything invisible made visible, as one line.
function line(text) {
  return text.replace(INVISIBLE, picture);
}

// The same, keeping line breaks and tabs.
function lines(text) {
  return text.replace(INVISIBLE, (c) => (c === "\n" || c === "\t" ? c : picture(c)));
}

// Nanoseconds as seconds, with so many digits.
function seconds(ns, digits = 3) {
  return (ns / 1e9).toFixed(digits);
}

// How much later the other end saw it: "+0.7 ms".
function later(ns) {
  const size = Math.abs(ns), sign = ns < 0 ? "\u2212" : "+";
  return size < 1e5 ? `${sign}${Math.round(size / 1e3)} \u00b5s` : size < 1e9 ? `${sign}${(size / 1e6).toFixed(1)} ms` : `${sign}${seconds(size)} s`;
}

// A number with thousands set apart.
function count(n) {
  return n.toLocaleString("en-US");
}

// "1 row", "2 rows".
function plural(n, one, many = `${one}s`) {
  return `${count(n)} ${n === 1 ? one : many}`;
}

// A size for a narrow column.
function size(bytes) {
  if (bytes < 10_000) return `${count(bytes)} B`;
  if (bytes < 1024 * 1000) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

// What a row is, in a word.
function kindWord(row) {
  if (row.kind === "control") return "heartbeat";
  return row.kind === "event" && row.name.includes("(") ? "call" : row.kind;
}

// What happened, without the word that stands beside it already: "4001" of "close 4001".
function shortName(row) {
  const word = kindWord(row);
  return row.name === word ? "" : row.name.startsWith(`${word} `) ? row.name.slice(word.length + 1) : row.name;
}

// Who did it, or which way it went, in words.
function wayWords(source) {
  return source.includes(" ") ? source : `the ${source}`;
}

// What a screen reader says of a row; its own end is called by its name, where it has one.
function spoken(row, name) {
  const parts = [`${seconds(row.time)} seconds`];
  if (row.connection) parts.push(`connection ${row.connection}`);
  parts.push(name ? line(name) : wayWords(row.source), `${kindWord(row)} ${line(row.name)}`);
  if (row.text) parts.push(line(row.text));
  if (row.size >= 0 && row.size !== null) parts.push(plural(row.size, "byte"));
  if (row.problem) parts.push(`problem: ${line(row.problem)}`);
  return parts.join(", ");
}

// Elements -------------------------------------------------------------------------------------------------------------

// Make an element: attributes, listeners (on...), properties (text, className), children.
function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false || value === null) continue;
    if (key === "text") node.textContent = value;
    else if (key === "class") node.className = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

// Load a module out of its text, as anywidget loads this one.
async function load(text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    return await import(/* webpackIgnore: true */ url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

// Set text only where it changes: most frames change little.
function put(node, text) {
  if (node.shown !== text) node.textContent = node.shown = text;
}

// Set an attribute only where it changes.
function mark(node, name, value) {
  const key = `_${name}`;
  if (node[key] === value) return;
  node[key] = value;
  if (value === null) node.removeAttribute(name);
  else node.setAttribute(name, value);
}

// Rows that are here ---------------------------------------------------------------------------------------------------

// One block of rows as Python packed it (wslab/view/log/pack.py says how).
class Block {
  constructor(at, n, view, kinds) {
    const buffer = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
    this.at = at;
    this.n = n;
    this.kinds = kinds;
    this.positions = new Float64Array(buffer, 0, n);
    this.times = new Float64Array(buffer, 8 * n, n);
    this.sizes = new Float64Array(buffer, 16 * n, n);
    this.connections = new Uint32Array(buffer, 24 * n, n);
    this.offsets = new Uint32Array(buffer, 28 * n, 3 * n + 1);
    const bytes = 28 * n + 4 * (3 * n + 1);
    this.codes = new Uint8Array(buffer, bytes, n);
    this.sources = new Uint8Array(buffer, bytes + n, n);
    this.flags = new Uint8Array(buffer, bytes + 2 * n, n);
    this.text = new Uint8Array(buffer, bytes + 3 * n);
    this.rows = new Array(n);
  }

  // The row at a place, decoded when it is first looked at.
  row(place) {
    return (this.rows[place] ??= {
      pos: this.positions[place],
      time: this.times[place],
      size: this.sizes[place],
      connection: this.connections[place],
      kind: this.kinds[this.codes[place]],
      source: SOURCES[this.sources[place]],
      flags: this.flags[place],
      name: this.string(3 * place),
      text: this.string(3 * place + 1),
      problem: this.string(3 * place + 2),
    });
  }

  // One of its strings.
  string(place) {
    return Block.decoder.decode(this.text.subarray(this.offsets[place], this.offsets[place + 1]));
  }
}
Block.decoder = new TextDecoder();

// The blocks near the view, by ordinal.
class Blocks {
  constructor() {
    this.list = [];
  }

  // Take a block in; far ones go when there are too many.
  add(block, near) {
    this.list.push(block);
    if (this.list.length > BLOCKS) {
      const distance = (b) => Math.abs(b.at + b.n / 2 - near);
      this.list.sort((a, b) => distance(b) - distance(a)).splice(0, BLOCKS / 4);
    }
  }

  // The row of an ordinal, or undefined.
  get(ordinal) {
    for (let i = this.list.length - 1; i >= 0; i--) {
      const block = this.list[i];
      if (ordinal >= block.at && ordinal < block.at + block.n) return block.row(ordinal - block.at);
    }
    return undefined;
  }

  // Forget what lies wholly before an ordinal.
  drop(lo) {
    if (this.list.some((block) => block.at + block.n <= lo)) this.list = this.list.filter((b) => b.at + b.n > lo);
  }

  // Forget everything.
  clear() {
    this.list = [];
  }
}

// The list -------------------------------------------------------------------------------------------------------------

// The virtual list. `top` is the ordinal at its upper edge, with a fraction; the scroll bar follows it, not the other way
// round, so that rows that are dropped, or a bar too coarse for millions of rows, never move what is being read.
class List {
  constructor(view) {
    this.view = view;
    this.top = 0;
    this.follow = true;
    this.selected = null; // {at, pos}
    this.pool = [];
    this.height = 0;
    this.rowHeight = 24;
    this.last = 0; // scrollTop as we left it
    this.id = `wslab-list-${++serial}`;
    this.probe = h("div", { class: "wsl-row wsl-probe", "aria-hidden": "true", text: "0" });
    this.space = h("div", { class: "wsl-space", role: "presentation" });
    this.node = h("div", {
      class: "wsl-list", role: "listbox", tabindex: "0", "aria-label": "Rows of the log", id: this.id,
      onscroll: () => this.scrolled(), onkeydown: (event) => this.key(event), onclick: (event) => this.click(event),
      onwheel: (event) => { if (event.deltaY < 0) this.follow = this.follow && this.fits(); },
    }, this.probe, this.space);
    this.empty = h("div", { class: "wsl-empty" });
    this.end = h("button", { class: "wsl-end", type: "button", hidden: true, onclick: () => this.toEnd(),
      onwheel: (event) => { // it lies over the list, and would hold a scroll up
        this.node.scrollTop += event.deltaY;
        event.preventDefault();
      } });
    this.frame = h("div", { class: "wsl-frame" }, this.node, this.empty, this.end);
    this.observer = new ResizeObserver(() => view.draw());
    this.observer.observe(this.node);
  }

  // How many rows fit, with a fraction.
  get room() {
    return this.height / this.rowHeight;
  }

  // Whether all rows fit without scrolling.
  fits() {
    return this.view.end - this.view.lo <= this.room;
  }

  // The top at which the last row is just visible.
  get bottom() {
    return Math.max(this.view.lo, this.view.end - this.room);
  }

  // The reader scrolled (or our own move is reported back).
  scrolled() {
    const now = this.node.scrollTop;
    if (!this.node.clientHeight || this.node.clientHeight !== this.height || this.lost) return this.view.draw();
    if (Math.abs(now - this.last) < 1) return undefined;
    const step = now - this.last, limit = this.node.scrollHeight - this.height, { lo, end } = this.view;
    const coarse = (end - lo) * this.rowHeight > CAP;
    if (now <= 0) this.top = lo;
    else if (now >= limit - 1) this.top = this.bottom;
    else if (!coarse) this.top = lo + now / this.rowHeight;
    else if (Math.abs(step) < 2 * this.height) this.top += step / this.rowHeight;
    else this.top = lo + (now / limit) * (this.bottom - lo);
    this.last = now;
    this.follow = step > 0 || this.follow ? this.top >= this.bottom - 0.05 : false;
    return this.view.draw();
  }

  // Go to the end and follow it again.
  toEnd() {
    this.follow = true;
    this.view.seen = this.view.hi;
    this.node.focus({ preventScroll: true });
    this.view.draw();
  }

  // Draw what is visible. Once a frame at most: call View.draw.
  draw() {
    const view = this.view, { lo, end } = view, height = this.node.clientHeight;
    if (!height) {
      this.lost = true; // not on the page: browsers forget the scroll position meanwhile
      return;
    }
    this.height = height;
    this.rowHeight = this.probe.offsetHeight || 24;
    const bar = this.node.offsetWidth - this.node.clientWidth;
    if (this.bar !== bar) view.root.style.setProperty("--wsl-scrollbar", `${(this.bar = bar)}px`);
    const full = (end - lo) * this.rowHeight, tall = Math.min(full, CAP);
    if (this.tall !== tall) this.space.style.height = `${(this.tall = tall)}px`;
    if (this.follow) this.top = this.bottom;
    this.top = Math.min(Math.max(this.top, lo), this.bottom);
    const limit = Math.max(0, tall - height), span = this.bottom - lo;
    const want = full <= CAP ? (this.top - lo) * this.rowHeight : span > 0 ? (this.top - lo) / span * limit : 0;
    const off = Math.abs(this.node.scrollTop - want);
    if (off >= 1 && (this.follow || this.lost || full <= CAP || off > height)) this.node.scrollTop = want;
    this.lost = false;
    this.last = this.node.scrollTop;
    const first = Math.max(lo, Math.floor(this.top) - OVERSCAN);
    const stop = Math.min(end, Math.ceil(this.top + this.room) + OVERSCAN);
    while (this.pool.length < stop - first) this.pool.push(this.make());
    let current = null;
    this.pool.forEach((node, i) => {
      const at = first + ((i - first) % this.pool.length + this.pool.length) % this.pool.length; // keeps an element with its row
      if (at >= stop) {
        mark(node, "hidden", "");
        node.at = -1;
        return;
      }
      mark(node, "hidden", null);
      const y = Math.round(this.last + (at - this.top) * this.rowHeight);
      if (node.y !== y) node.style.transform = `translateY(${(node.y = y)}px)`;
      this.fill(node, at, view.blocks.get(at));
      if (this.selected?.at === at) current = node.id;
    });
    mark(this.node, "aria-activedescendant", current);
    view.want(Math.floor(this.top), Math.ceil(this.top + this.room));
  }

  // Make an element for a row.
  make() {
    const cell = (name) => h("span", { class: `wsl-${name}` });
    const node = h("div", { class: "wsl-row", role: "option", id: `${this.id}-${this.pool.length}` });
    const parts = { open: cell("open"), time: cell("time"), conn: cell("conn"), client: cell("client"), arrow: cell("arrow"),
      server: cell("server"), kind: cell("kind"), what: cell("what"), size: cell("size") };
    Object.assign(parts, { name: cell("name"), text: cell("text"), problem: cell("problem") });
    parts.what.append(parts.name, " ", parts.text, " ", parts.problem);
    node.append(parts.open, parts.time, parts.conn, h("span", { class: "wsl-way" }, parts.client, parts.arrow, parts.server),
      parts.kind, parts.what, parts.size);
    node.parts = parts;
    this.space.append(node);
    return node;
  }

  // Show a row in an element.
  fill(node, at, row) {
    const p = node.parts, { view } = this, isOpen = row !== undefined && row.pos === view.detail.pos;
    mark(node, "aria-selected", String(this.selected?.at === at));
    mark(node, "data-open", isOpen ? "" : null);
    mark(node, "aria-posinset", String(at - view.lo + 1));
    mark(node, "aria-setsize", String(view.end - view.lo));
    put(p.open, isOpen ? "\u25be" : "\u25b8");
    if (node.row === row && node.at === at) return;
    node.row = row;
    node.at = at;
    mark(node, "data-kind", row?.kind ?? "waiting");
    mark(node, "data-source", row?.source ?? "");
    mark(node, "data-problem", row?.problem ? "" : null);
    if (!row) {
      for (const key of ["time", "conn", "client", "arrow", "server", "kind", "name", "problem", "size"]) put(p[key], "");
      put(p.text, "\u2026");
      mark(node, "aria-label", "not loaded yet");
      return;
    }
    const source = row.source, up = source === "client to server", down = source === "server to client";
    put(p.time, seconds(row.time));
    put(p.conn, row.connection ? `#${row.connection}` : "");
    const name = view.name(row); // a page, or Node
    put(p.client, up || down ? "client" : source === "client" ? name || "client" : source === "lab" ? "lab" : "");
    put(p.arrow, up ? "\u2192" : down ? "\u2190" : "");
    put(p.server, up || down ? "server" : source === "server" ? name || "server" : "");
    put(p.kind, kindWord(row));
    put(p.name, line(shortName(row)));
    put(p.text, line(row.text));
    put(p.problem, row.problem ? `\u26a0 ${line(row.problem)}` : "");
    put(p.size, row.size >= 0 ? size(row.size) : "");
    mark(node, "aria-label", spoken(row, name));
  }

  // A click selects a row and opens it, a second one closes it. Dragging over text selects text.
  click(event) {
    const node = event.target.closest(".wsl-row");
    const selection = document.getSelection();
    if (!node || node.at === undefined || node.at < 0 || (selection && !selection.isCollapsed && this.node.contains(selection.anchorNode))) return;
    this.node.focus({ preventScroll: true });
    const again = node.row && node.row.pos === this.view.detail.pos;
    this.select(node.at, false);
    if (again) this.view.detail.close();
    else this.view.detail.open(node.row?.pos);
  }

  // Select a row and, where it is not visible, scroll to it.
  select(at, reveal = true) {
    const { lo, end } = this.view;
    if (end <= lo) return;
    at = Math.min(Math.max(at, lo), end - 1);
    this.selected = { at, pos: this.view.blocks.get(at)?.pos };
    if (reveal) {
      if (at < this.top) this.top = at;
      else if (at + 1 > this.top + this.room) this.top = at + 1 - this.room;
      this.follow = at === end - 1;
      if (this.follow) this.view.seen = this.view.hi;
    }
    this.view.draw();
  }

  // Keys of the list. What is handled here stops here; JupyterLab's own shortcuts keep working.
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { view } = this, page = Math.max(1, Math.floor(this.room) - 1);
    const at = this.selected ? this.selected.at : this.follow ? view.end : Math.floor(this.top) - 1;
    const moves = { ArrowUp: at - 1, ArrowDown: at + 1, PageUp: at - page, PageDown: at + page, Home: view.lo, End: view.end - 1 };
    if (event.key in moves && !event.shiftKey) {
      this.select(moves[event.key]);
      if (view.detail.pos !== null) view.detail.soon(() => this.selected && view.blocks.get(this.selected.at)?.pos);
    } else if ((event.key === "Enter" || event.key === " ") && !event.shiftKey) {
      const row = this.selected && view.blocks.get(this.selected.at);
      if (row && row.pos === view.detail.pos) view.detail.close();
      else if (row) view.detail.open(row.pos);
    } else if (event.key === "Escape" && view.detail.pos !== null) {
      view.detail.close();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}

// The detail pane ------------------------------------------------------------------------------------------------------

// How one end saw a row, in words.
function seenWords(side, seen, source, told) {
  const sender = source.startsWith(side), verb = sender ? "sent by" : "received by";
  if (seen.state === "recorded") {
    return seen.time === null ? `${verb} the ${side}, time no longer kept` : `${verb} the ${side} at ${seconds(seen.time, 6)} s`;
  }
  if (seen.state === "on the way") return `on the way to the ${side}`;
  if (seen.state === "lost") return `lost: it never reached the ${side}`;
  return told ? `the bytes at the ${side} (${line(told)}) are not recorded, only what its code does` : `the ${side}'s end is not recorded`;
}

// Bytes as offset, hex and ASCII.
function hexDump(bytes, width) {
  const out = [];
  for (let at = 0; at < bytes.length; at += width) {
    let hex = "", ascii = "";
    for (let i = at; i < at + width; i++) {
      const byte = bytes[i];
      hex += (i % 8 === 0 && i > at ? " " : "") + (byte === undefined ? "   " : `${byte.toString(16).padStart(2, "0")} `);
      if (byte !== undefined) ascii += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "\u00b7";
    }
    out.push(`${at.toString(16).padStart(8, "0")}  ${hex} ${ascii}`);
  }
  return out.join("\n");
}

// The pane below the list: what the selected row opens into.
class Detail {
  constructor(view) {
    this.view = view;
    this.pos = null; // arrival position of the row that is open
    this.mode = null; // "text", "hex" or "json"; null: what fits the payload
    this.bytes = null; // the byte inspector of this row, while it is open
    this.title = h("div", { class: "wsl-title" });
    this.body = h("div", { class: "wsl-body" });
    this.node = h("section", { class: "wsl-detail", hidden: true, "aria-label": "The open row", onkeydown: (event) => this.key(event) },
      h("div", { class: "wsl-head" }, this.title,
        h("button", { class: "wsl-button", type: "button", onclick: () => this.close(), title: "Close (Escape)", "aria-label": "Close the open row", text: "Close" })),
      this.body);
  }

  // Escape closes from anywhere in the pane: the bytes first, where they have the keyboard.
  key(event) {
    if (event.key !== "Escape") return;
    if (this.bytes?.contains(event.target)) this.closeBytes();
    else this.close();
    event.preventDefault();
    event.stopPropagation();
  }

  // Open the row at an arrival position.
  open(pos) {
    if (pos === undefined || pos === null) return;
    clearTimeout(this.timer);
    if (pos !== this.pos) this.bytes = null;
    this.pos = pos;
    this.view.ask({ t: "open", pos, from: 0 });
    this.view.draw();
  }

  // Open the row that is selected once the keys rest for an instant.
  soon(which) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(which()), 90);
  }

  // Close the pane; the list has the keyboard again.
  close() {
    clearTimeout(this.timer);
    const inside = this.node.contains(document.activeElement);
    this.pos = this.data = this.bytes = null;
    this.node.hidden = true;
    if (inside) this.view.list.node.focus({ preventScroll: true });
    this.view.draw();
  }

  // An answer from Python: a detail, or more of its payload.
  take(message, buffers) {
    if (message.pos !== this.pos) return;
    const part = buffers[0] ? new Uint8Array(buffers[0].buffer.slice(buffers[0].byteOffset, buffers[0].byteOffset + buffers[0].byteLength)) : null;
    if (message.from > 0 && this.data) {
      if (message.gone || !part) this.data.problem = "the rest of the payload is no longer kept";
      else if (this.data.bytes.length === message.from) {
        const whole = new Uint8Array(message.from + part.length);
        whole.set(this.data.bytes);
        whole.set(part, message.from);
        this.data.bytes = whole;
      }
    } else {
      this.data = { ...message, bytes: part };
      this.body.scrollTop = 0;
    }
    this.show();
  }

  // Build the pane from what is known.
  show() {
    const data = this.data;
    this.node.hidden = false;
    this.title.replaceChildren();
    this.body.replaceChildren();
    if (data.gone) {
      this.body.append(h("p", { class: "wsl-note", text: "This row is no longer kept: the oldest rows make room for new ones." }));
      return;
    }
    const { row } = data;
    const [client, server] = data.label?.length ? data.label : ["client", "server"];
    const arrow = row.source === "client to server" ? " \u2192 " : row.source === "server to client" ? " \u2190 " : "";
    const who = arrow ? `client${arrow}server` : line(this.view.name(row)) || row.source;
    this.title.append(
      h("span", { class: "wsl-kind", "data-kind": row.kind, text: kindWord(row) }), " ",
      h("strong", { text: line(shortName(row)) }), " ",
      h("span", { class: "wsl-sub", text: `${row.connection ? `#${row.connection} ` : ""}${who}` }));
    const main = h("div", { class: "wsl-main" }), side = h("div", { class: "wsl-side" });
    if (row.problem) main.append(h("p", { class: "wsl-warning", text: `\u26a0 ${lines(row.problem)}` }));
    if (data.problem && data.problem !== row.problem) main.append(h("p", { class: "wsl-warning", text: `\u26a0 ${lines(data.problem)}` }));
    if (data.ending) main.append(this.ending(data.ending));
    this.content(main, data);
    if (this.bytes) this.body.append(this.bytes);
    side.append(this.facts(data, client, server));
    if (data.frames?.length) side.append(this.frames(data));
    if (typeof data.inspects === "string") {
      side.append(h("div", {}, h("button", { class: "wsl-button wsl-bytes-button", type: "button", text: "Bytes",
        title: `Look at the bytes of ${data.inspects || "this row"}, one by one`, onclick: () => this.inspect(0) })));
    }
    for (const link of data.links ?? []) side.append(this.link(link));
    this.body.append(main, side);
    this.node.dataset.pos = row.pos;
  }

  // Ask for the bytes of the row or of the one it is linked to, and with the first ones for the module that shows them.
  inspect(place) {
    this.place = place;
    this.view.ask({ t: "bytes", pos: this.pos, have: Object.keys(inspectors) });
  }

  // The bytes are here: open the inspector above everything else of the row.
  async inspected(message) {
    const { told, module } = message;
    if (module) inspectors[told.shows] ??= load(module);
    const mount = told && (await inspectors[told.shows]).mount;
    if (message.pos !== this.pos || !this.data || this.data.gone) return;
    this.bytes?.remove();
    this.bytes = h("div", { class: "wsl-bytes" });
    if (told?.whose) this.bytes.append(h("p", { class: "wsl-note", text: `Here are the bytes of ${told.whose}.` }));
    if (told) mount(this.bytes, told, this.place);
    else this.bytes.append(h("p", { class: "wsl-note", text: "The bytes of this row are no longer kept." }));
    this.bytes.append(h("button", { class: "wsl-button", type: "button", text: "Close the bytes", onclick: () => this.closeBytes() }));
    this.body.prepend(this.bytes);
    this.body.scrollTop = 0;
    this.bytes.querySelector(".wsi-bit, .wsi-byte[tabindex='0'], .wsl-button").focus({ preventScroll: true });
  }

  // Close the inspector, and leave the row open.
  closeBytes() {
    this.bytes.remove();
    this.bytes = null;
    this.body.querySelector(".wsl-bytes-button")?.focus();
  }

  // How the connection ended, what that means, and the rows that show it.
  ending(told) {
    const list = h("ul", { class: "wsl-evidence" });
    for (const each of told.evidence) {
      const text = `${line(each.text)}${each.when ? `, ${each.when}` : ""}`;
      list.append(h("li", {}, each.pos === null || each.pos === this.pos ? text : h("button", { class: "wsl-button", type: "button",
        title: "Go to that row", text, onclick: () => { this.view.ask({ t: "find", pos: each.pos }); this.open(each.pos); } })));
    }
    return h("section", { class: "wsl-ending", "aria-label": "How the connection ended" },
      h("p", {}, h("strong", { text: line(told.cause) }), ` (${told.certainty}): ${line(told.sentence)}`),
      h("p", {}, "What to do: ", line(told.advice)),
      ...(told.doubt ? [h("p", { class: "wsl-note" }, "What cannot be told: ", line(told.doubt))] : []), list);
  }

  // Header lines, printed lines or the payload.
  content(main, data) {
    const text = (value, label) => h("pre", { class: "wsl-pre", tabindex: "0", "aria-label": label, dir: "ltr", text: value });
    if (data.lines?.length) {
      const more = data.moreLines ? `\n\u2026 ${plural(data.moreLines, "more line")}` : "";
      main.append(text(data.lines.map(line).join("\n") + more, data.row.kind === "handshake" ? "Header lines" : "Text"));
    }
    if (!data.bytes) {
      if (!data.lines?.length) main.append(data.row.text ? text(lines(data.row.text), "Text") : h("p", { class: "wsl-note", text: "It carries no payload." }));
      return;
    }
    if (data.payload === 0) {
      main.append(h("p", { class: "wsl-note", text: "The payload is empty." }));
      return;
    }
    const whole = data.bytes.length >= data.payload;
    const modes = this.modes(data.bytes, whole, data.row.kind === "handshake" ? 1 : data.frames?.[0]?.opcode);
    const mode = modes[this.mode] === undefined ? Object.keys(modes)[0] : this.mode;
    if (Object.keys(modes).length > 1) main.append(h("div", { class: "wsl-modes", role: "group", "aria-label": "Show the payload as" }, ...Object.keys(modes).map((name) =>
      h("button", { class: "wsl-button", type: "button", "aria-pressed": String(name === mode), "data-mode": name,
        text: { text: "Text", hex: "Hex", json: "JSON" }[name],
        onclick: () => { this.mode = name; this.show(); this.body.querySelector(`[data-mode=${name}]`).focus(); } }))));
    const width = this.view.root.clientWidth >= 1000 || (this.view.root.clientWidth >= 640 && this.view.root.clientWidth < 900) ? 16 : 8;
    main.append(text(mode === "hex" ? hexDump(data.bytes, width) : modes[mode], mode === "hex" ? "Payload as hex dump" : "Payload as text"));
    if (whole) return;
    const shown = `${size(data.bytes.length)} of ${size(data.payload)} shown`;
    if (data.bytes.length >= MOST) main.append(h("p", { class: "wsl-note", text: `The first ${shown}.` }));
    else main.append(h("p", { class: "wsl-note" }, `${shown}. `, h("button", { class: "wsl-button", type: "button", text: "Show more",
      onclick: () => this.view.ask({ t: "open", pos: this.pos, from: data.bytes.length }) })));
  }

  // The ways in which a payload can be shown, the most fitting first.
  modes(bytes, whole, opcode) {
    let decoded = null;
    try {
      decoded = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, { stream: !whole });
    } catch {
      if (opcode === 1) decoded = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    }
    const out = {};
    if (decoded !== null && opcode !== 1) out.hex = "";
    if (decoded !== null) out.text = lines(decoded);
    out.hex = "";
    if (whole && decoded !== null && /^\s*[[{]/.test(decoded)) {
      try {
        out.json = lines(JSON.stringify(JSON.parse(decoded), null, 2));
      } catch {
        // No JSON after all.
      }
    }
    return out;
  }

  // When each end saw it, and how large it was.
  facts(data, client, server) {
    const { row } = data, list = h("dl", { class: "wsl-facts" });
    const fact = (term, ...values) => list.append(h("dt", { text: term }), ...values.map((value) => h("dd", { text: value })));
    const named = client !== "client" || server !== "server";
    if (named && row.connection) fact("Ends", `client: ${line(client)}`, `server: ${line(server)}`);
    if (row.source.includes(" ")) {
      const [from, to] = row.source.startsWith("client") ? ["client", "server"] : ["server", "client"];
      const told = (side) => this.view.name({ ...row, source: side });
      const words = [from, to].map((side) => seenWords(side, data[side] ?? { state: "unrecorded" }, row.source, told(side)));
      const [a, b] = [data[from]?.time, data[to]?.time];
      if (typeof a === "number" && typeof b === "number") words[1] += `, ${later(b - a)}`;
      fact("Seen", ...words);
    } else fact("Seen", `by ${wayWords(row.source)} at ${seconds(row.time, 6)} s`);
    if (row.size !== null) fact("Size", plural(row.size, "byte") + (row.size >= 10_000 ? ` (${size(row.size)})` : ""));
    if (data.frameCount) {
      fact("On the wire", `${plural(data.wire, "byte")} in ${plural(data.frameCount, "frame")}`);
      if (row.compressed && row.size) {
        fact("Compressed", `${plural(row.size, "byte")} became ${count(data.carried)} (${Math.round((data.carried / row.size) * 100)} %) by permessage-deflate`);
      }
    }
    return list;
  }

  // The frames that carried it.
  frames(data) {
    const body = h("tbody");
    const hidden = data.frameCount - data.frames.length;
    data.frames.forEach((frame, i) => {
      if (hidden && i === data.frames.length - 1) {
        body.append(h("tr", {}, h("td", { colspan: "6", text: `\u2026 ${plural(hidden, "more frame")} \u2026` })));
      }
      const bits = ["fin", "rsv1", "rsv2", "rsv3"].filter((bit) => frame[bit]).map((bit) => bit.toUpperCase());
      body.append(h("tr", {},
        h("td", { text: bits.join(" ") || "\u2013" }),
        h("td", { text: OPCODES[frame.opcode] ?? `0x${frame.opcode.toString(16)}` }),
        h("td", { text: frame.key === null ? "no" : frame.key, title: frame.key === null ? "not masked" : "masked with this key" }),
        h("td", { class: "wsl-number", text: count(frame.length) }),
        h("td", { class: "wsl-number", text: `${frame.header}+${count(frame.length)}` }),
        h("td", { class: "wsl-number" }, i < INSPECTED ? h("button", { class: "wsl-button wsl-small", type: "button", text: "Bits", "aria-label": `The bits of frame ${i + 1}`,
          title: "Look at every bit of this frame", onclick: () => this.inspect(i) }) : "")));
    });
    const head = [["Bits", "set in the first byte: FIN ends a message, RSV1 says it is compressed"], ["Opcode"], ["Masking key"], ["Length", "bytes of payload"], ["Bytes", "header + payload, on the wire"], [""]];
    return h("table", { class: "wsl-frames" },
      h("caption", { text: plural(data.frameCount, "frame") }),
      h("thead", {}, h("tr", {}, ...head.map(([name, title], i) => h("th", { scope: "col", text: name, title, class: i > 2 ? "wsl-number" : undefined })))),
      body);
  }

  // A button that jumps to a linked row.
  link(link) {
    return h("button", { class: "wsl-link wsl-button", type: "button", title: "Go to that row", onclick: () => {
      this.view.ask({ t: "find", pos: link.pos });
      this.open(link.pos);
    } }, h("span", { class: "wsl-relation", text: link.relation }), " ", h("span", { class: "wsl-kind", "data-kind": link.kind, text: kindWord(link) }), " ",
    h("strong", { text: line(shortName(link)) }), " ", h("span", { class: "wsl-text", text: line(link.text) }), h("span", { class: "wsl-go", "aria-hidden": "true", text: "\u2197" }));
  }
}

// The view -------------------------------------------------------------------------------------------------------------

// One view of a log: there may be several, each keeps its own place.
class View {
  constructor(model, el) {
    this.model = model;
    this.id = `${Date.now().toString(36)}-${++serial}-${Math.random().toString(36).slice(2, 8)}`;
    this.kinds = model.get("_kinds");
    this.gen = this.seq = -1;
    this.lo = this.hi = this.seen = 0;
    this.paused = null; // hi when it was paused
    this.gone = this.parted = false;
    this.counts = this.kinds.map(() => 0);
    this.blocks = new Blocks();
    this.ends = {}; // the names of a connection's client and server, where another process tells of them
    this.asked = new Map(); // request -> {since, first, key}
    this.unanswered = null; // when the first of the questions was put that are put again
    this.requests = 0;
    this.detail = new Detail(this);
    this.list = new List(this);
    this.root = h("section", { class: "wsl-log", "aria-label": `Message log of lab ${model.get("label")}`, onkeydown: (event) => this.key(event) });
    this.build();
    el.append(this.root);
    if (document.documentElement.lang === "") this.root.lang = "en";
    const opening = model.get("_opening") ?? {};
    if (opening.seq !== undefined) this.take(opening, opening.block?.byteLength ? [opening.block] : []);
    this.filterChanged();
    this.ask({ t: "hello" });
    this.watch = setInterval(() => this.status(), 200);
  }

  // The parts around the list.
  build() {
    this.search = h("input", { class: "wsl-search", type: "search", placeholder: "Filter: text, or #1", "aria-label": "Filter rows by text, or by a connection such as #1",
      title: "Shows rows that contain this text in what they show (the first 200 characters); #1 asks for a connection. Key: /",
      autocomplete: "off", spellcheck: "false", oninput: () => this.typed(), onkeydown: (event) => this.searchKey(event) });
    this.pauseButton = h("button", { class: "wsl-button wsl-pause", type: "button", onclick: () => this.pause() });
    this.clearButton = h("button", { class: "wsl-button wsl-clear", type: "button", text: "Clear", title: "Take all rows off the log. Connections live on.", onclick: () => this.clear() });
    this.boxes = this.kinds.map((kind) => {
      const box = h("input", { type: "checkbox", onchange: () => this.choose() });
      const number = h("span", { class: "wsl-count" });
      const label = h("label", { class: "wsl-chip", "data-kind": kind }, box, h("span", { class: "wsl-chip-name", text: PLURAL[kind] ?? kind }), number);
      return { kind, box, number, label };
    });
    this.left = h("span", { class: "wsl-totals" });
    this.right = h("span", { class: "wsl-state", role: "status" });
    this.news = h("div", { class: "wsl-only-spoken", role: "log", "aria-live": "polite", "aria-label": "News of the message log" });
    const heads = { open: "", time: "seconds", conn: "#", way: "who", kind: "kind", what: "what", size: "size" };
    this.root.append(
      h("div", { class: "wsl-bar", role: "toolbar", "aria-label": "Message log" }, this.search,
        h("div", { class: "wsl-chips", role: "group", "aria-label": "Kinds of rows to show" }, ...this.boxes.map((b) => b.label)),
        h("div", { class: "wsl-actions" }, this.pauseButton, this.clearButton)),
      h("div", { class: "wsl-row wsl-heads", "aria-hidden": "true" }, ...Object.entries(heads).map(([key, text]) => h("span", { class: `wsl-${key}`, text }))),
      this.list.frame,
      h("div", { class: "wsl-foot" }, this.left, this.right),
      this.detail.node, this.news);
  }

  // The ordinal behind the last row that is shown.
  get end() {
    return this.paused === null ? this.hi : Math.max(this.lo, Math.min(this.paused, this.hi));
  }

  // Ask Python something; what is asked twice is asked once.
  ask(message, key = message.t) {
    if (this.gone) return;
    const now = performance.now();
    for (const [request, open] of this.asked) {
      if (open.key !== key) continue;
      if (key.startsWith("get") && now - open.since < RETRY) return;
      this.asked.delete(request);
    }
    const req = ++this.requests;
    this.asked.set(req, { since: now, first: this.unanswered ?? now, key });
    this.model.send({ ...message, view: this.id, gen: this.gen, req });
  }

  // A message from Python.
  received(message, buffers) {
    if (message.view !== undefined && message.view !== null && message.view !== this.id && message.t !== "rows") return;
    if (message.view === this.id) {
      this.asked.delete(message.req);
      this.unanswered = null;
    }
    this.take(message, message.t === "detail" ? [] : buffers);
    if (message.view !== this.id) return;
    if (message.t === "detail") this.detail.take(message, buffers);
    if (message.t === "bytes") this.detail.inspected(message);
    if (message.t === "found") this.found(message);
  }

  // Take in state and rows.
  take(message, buffers) {
    if (message.gen < this.gen) return;
    const renewed = message.gen > this.gen;
    if (renewed) this.renew(message);
    if (message.seq > this.seq) {
      this.seq = message.seq;
      for (const key of ["counts", "scanning", "dropped", "stopped", "problem"]) this[key] = message[key];
      this.lo = Math.max(this.lo, message.lo);
      this.hi = Math.max(this.hi, message.hi);
      this.blocks.drop(this.lo);
    }
    Object.assign(this.ends, message.ends);
    if (buffers.length && message.n) this.blocks.add(new Block(message.at, message.n, buffers[0], this.kinds), this.list.top);
    if (this.list.selected && this.list.selected.at < this.lo) this.list.selected = null;
    if (this.list.selected) this.list.selected.pos ??= this.blocks.get(this.list.selected.at)?.pos;
    if (this.list.follow && this.paused === null) this.seen = this.hi;
    this.speak();
    this.draw();
  }

  // The filter changed: other rows, other ordinals. Keep the reader's place.
  renew(message) {
    const first = this.gen < 0, place = this.list.selected?.pos ?? this.blocks.get(Math.ceil(this.list.top))?.pos;
    this.gen = message.gen;
    this.filtering = false;
    this.blocks.clear();
    this.lo = message.lo;
    this.hi = message.hi;
    this.seen = this.spokenTo = this.hi;
    this.paused = this.paused === null ? null : this.hi;
    if (first) return;
    const keep = this.list.selected !== null;
    this.list.selected = null;
    this.list.top = this.lo;
    if (place !== undefined && (!this.list.follow || keep)) this.ask({ t: "find", pos: place, quiet: !keep }, keep ? "find" : "find place");
    this.placing = keep ? "select" : "scroll";
  }

  // Python says where a row is, under the filter that now stands.
  found(message) {
    const quiet = this.placing;
    this.placing = null;
    if (quiet === "scroll" || !message.exact) {
      if (quiet) this.list.top = message.at;
      else if (!message.exact) this.say("That row is hidden by the filter; it is open below.");
      this.draw();
      return;
    }
    this.list.top = Math.max(this.lo, message.at - Math.floor(this.list.room / 2));
    this.list.select(message.at);
  }

  // Ask for rows that are to be seen and are not here, one stretch at a time.
  want(first, stop) {
    const low = Math.max(this.lo, first - 32), high = Math.min(this.end, stop + 32);
    for (let at = Math.max(this.lo, first); at < Math.min(this.end, stop); at++) {
      if (!this.blocks.get(at)) return this.request(at, low);
    }
    for (let at = low; at < high; at += 8) {
      if (!this.blocks.get(at)) return this.request(at, low);
    }
    return undefined;
  }

  // Ask for the stretch that begins at a missing row.
  request(at, low) {
    const start = Math.max(this.lo, Math.min(at, low + 64) - 32);
    const open = [...this.asked.values()].filter((asked) => asked.key.startsWith("get")).length;
    if (open < 2) this.ask({ t: "get", a: start, b: start + ASK }, `get ${this.gen} ${Math.floor(start / 64)}`);
  }

  // Draw at the next frame.
  draw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.list.draw();
      this.status();
    });
  }

  // What the end is called that a row is about, where it is a page or Node: "browser".
  name(row) {
    const place = ["client", "server"].indexOf(row.source);
    return place < 0 ? "" : this.ends[row.connection]?.[place] ?? "";
  }

  // The words around the list.
  status() {
    const { list, counts } = this, hidden = this.model.get("hidden");
    const total = counts.reduce((sum, n) => sum + n, 0), shown = this.hi - this.lo;
    this.boxes.forEach(({ kind, number, label }, i) => {
      put(number, count(counts[i]));
      mark(label, "hidden", counts[i] || hidden.includes(kind) ? null : "");
    });
    const words = [shown === total ? plural(shown, "row") : `${count(shown)} of ${plural(total, "row")}`];
    hidden.forEach((kind) => {
      const n = counts[this.kinds.indexOf(kind)];
      if (n) words.push(`${n === 1 ? `1 ${(PLURAL[kind] ?? kind).replace(/s$/, "")}` : `${count(n)} ${PLURAL[kind] ?? kind}`} hidden`);
    });
    if (this.dropped) words.push(`${count(this.dropped)} oldest dropped`);
    put(this.left, words.join(" \u00b7 "));
    const now = performance.now();
    this.gone = Boolean(this.isGone());
    let slow = this.filtering && now - this.filtering > BUSY;
    for (const [request, asked] of this.asked) {
      if (now - asked.first > BUSY) slow = true;
      if (now - asked.since <= RETRY || !asked.key.startsWith("get")) continue;
      this.asked.delete(request);
      this.unanswered ??= asked.first;
      this.draw(); // which asks for what is in sight and not here
    }
    const waiting = this.paused === null ? 0 : this.hi - this.end;
    const fresh = this.paused === null && !list.follow ? this.hi - this.seen : 0;
    const state = this.gone ? "gone" : this.problem ? "problem" : slow ? "busy" : this.paused !== null ? "paused" : this.stopped ? "stopped" : this.scanning ? "scanning" : "live";
    put(this.right, {
      gone: "kernel gone: run the cell again for a new log", problem: this.problem, paused: waiting ? `paused, ${count(waiting)} waiting` : "paused",
      busy: "kernel busy: the rest comes when its cell ends", stopped: "the lab is closed", scanning: "filtering\u2026", live: "live",
    }[state]);
    mark(this.root, "data-state", state);
    put(this.pauseButton, this.paused === null ? "Pause" : "Resume");
    mark(this.pauseButton, "title", this.paused === null ? "Hold the view still; recording goes on" : "Show what has waited");
    mark(list.end, "hidden", !list.follow && this.paused === null && this.end - list.top > list.room + 0.05 ? null : "");
    put(list.end, `${fresh ? `${count(fresh)} new, go` : "Go"} to the end \u2193`);
    put(list.empty, shown || this.end > this.lo ? "" : total ? "No row passes the filter." : "Nothing yet. What the lab's connections do appears here.");
    mark(list.empty, "hidden", list.empty.shown ? null : "");
    for (const node of [this.search, this.pauseButton, this.clearButton, ...this.boxes.map((b) => b.box)]) node.disabled = this.gone;
  }

  // Tell a screen reader, in summary and not too often.
  speak() {
    if (this.spokenTo === undefined) this.spokenTo = this.hi;
    if (this.speaking || this.paused !== null || this.hi <= this.spokenTo) return;
    this.speaking = setTimeout(() => {
      this.speaking = null;
      const fresh = this.hi - this.spokenTo, last = this.blocks.get(this.hi - 1);
      this.spokenTo = this.hi;
      if (fresh > 0 && this.paused === null) this.say((fresh > 1 ? `${plural(fresh, "new row")}, the last: ` : "") + (last ? spoken(last, this.name(last)) : ""));
    }, Math.max(300, SPEAK - (performance.now() - (this.spokenAt ?? -SPEAK))));
  }

  // Say a sentence to a screen reader.
  say(sentence) {
    this.spokenAt = performance.now();
    this.news.textContent = sentence;
  }

  // Hold the view still, or let it go on.
  pause() {
    if (this.paused === null) this.paused = this.hi;
    else {
      this.paused = null;
      this.spokenTo = this.hi;
      if (this.list.follow) this.seen = this.hi;
    }
    this.draw();
  }

  // Take all rows away.
  clear() {
    this.detail.close();
    this.list.selected = null;
    this.list.follow = true;
    this.model.send({ t: "clear", view: this.id });
    this.draw();
  }

  // The reader typed into the filter.
  typed() {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => {
      this.typing = null;
      this.filter("text", this.search.value);
    }, 150);
  }

  // The reader chose kinds.
  choose() {
    this.filter("hidden", this.boxes.filter(({ box }) => !box.checked).map(({ kind }) => kind));
  }

  // Tell the model of a new filter; its rows come with the next generation.
  filter(name, value) {
    if (JSON.stringify(this.model.get(name)) === JSON.stringify(value)) return;
    this.filtering = performance.now();
    this.model.set(name, value);
    this.model.save_changes();
  }

  // The model's filter is this, whoever changed it.
  filterChanged() {
    const hidden = this.model.get("hidden");
    for (const { kind, box } of this.boxes) box.checked = !hidden.includes(kind);
    if (!this.typing && this.search.value !== this.model.get("text")) this.search.value = this.model.get("text");
    this.draw();
  }

  // Escape in the filter empties it, or goes back to the list; so do Enter and the arrow down.
  searchKey(event) {
    if (event.key === "Escape" && this.search.value) {
      this.search.value = "";
      this.typed();
    } else if (event.key === "Escape" || event.key === "Enter" || event.key === "ArrowDown") {
      this.list.node.focus({ preventScroll: true });
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  // A plain key pressed here is for here: in JupyterLab "d d" would delete the cell, and Enter on a button would edit it.
  // Escape, Tab and whatever is pressed with a modifier (Shift+Enter, Ctrl+S) go on to JupyterLab.
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Escape" || event.key === "Tab") return;
    if (event.shiftKey && event.key.length > 1) return;
    if (event.key === "/" && event.target !== this.search) {
      this.search.focus();
      this.search.select();
      event.preventDefault();
    }
    event.stopPropagation();
  }

  // The kernel's end of the model went away, or came back.
  alive(live) {
    this.parted = !live;
    this.asked.clear();
    this.unanswered = null;
    this.filtering = false;
    this.status();
  }

  // Whether nobody will answer any more: the model's comm is cut, or the kernel is no longer there.
  isGone() {
    const kernel = this.model.widget_manager?.kernel;
    return this.parted || kernel === null || kernel?.isDisposed || kernel?.status === "dead" || kernel?.status === "terminating";
  }

  // The view is taken off the page.
  remove() {
    clearInterval(this.watch);
    for (const timer of [this.typing, this.speaking, this.detail.timer]) clearTimeout(timer);
    if (this.frame) cancelAnimationFrame(this.frame);
    this.list.observer.disconnect();
    if (!this.gone) this.model.send({ t: "bye", view: this.id });
    this.root.remove();
  }
}

// What anywidget calls for each view; returns how to take it away.
function render({ model, el }) {
  const view = new View(model, el);
  const received = (message, buffers) => view.received(message, buffers ?? []);
  const changed = () => view.filterChanged();
  // anywidget calls it with the view as `this`, whose model knows whether its comm still lives.
  const live = function () {
    view.alive(this?.model?.comm_live !== false);
  };
  model.on("msg:custom", received);
  model.on("change:hidden change:text", changed);
  model.on("comm_live_update", live);
  return () => {
    model.off("msg:custom", received);
    model.off("change:hidden change:text", changed);
    model.off("comm_live_update", live);
    view.remove();
  };
}

export default { render };
