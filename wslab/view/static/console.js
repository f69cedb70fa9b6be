// The console under a %%browser or %%node cell. One widget, one file, no dependencies.
//
// Python keeps the lines, bounded; a view keeps the same stretch of them, by ordinal (wslab/view/console/console.py says what it is told).
// New lines are put in once a frame at most; the end is followed unless the reader scrolled up.
//
// What a program prints is hostile: it is only ever put into textContent, and Python has made invisible characters visible.

const BUSY = 400; // ms without an answer until the kernel is called busy
const HAND = 1000; // ms for which a scroll is the reader's after their hand was on the lines
const BURST = 10; // more new lines at once than this are announced by their number
const SIGNS = { waiting: "\u2026", running: "\u25cf", ended: "\u25cb", failed: "\u26a0", stopped: "\u25a0", gone: "\u25cb" };
const LEVELS = { info: "info", warn: "warning", error: "error", debug: "debug" };

let serial = 0;

// Make an element: attributes, listeners (on...), text, children.
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

// Set text only where it changes: what is set again is read out again.
function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// "1 new line", "2 new lines".
function plural(n, one) {
  return `${n.toLocaleString("en-US")} ${one}${n === 1 ? "" : "s"}`;
}

// The element of one line. Its sign is drawn by the style sheet, so that it is not copied; a screen reader hears the level's word.
function made([level, where, text]) {
  const node = h("div", { class: "wsc-line", "data-level": level });
  if (LEVELS[level]) node.append(h("span", { class: "wsl-only-spoken", text: `${LEVELS[level]}: ` }));
  if (where) node.append(h("span", { class: "wsc-where", text: where }), " ");
  node.append(h("span", { class: "wsc-text", dir: "ltr", text }));
  return node;
}

// One view of a console: there may be several, each keeps its own place.
class View {
  constructor(model, el) {
    this.model = model;
    this.id = `${Date.now().toString(36)}-${++serial}-${Math.random().toString(36).slice(2, 8)}`;
    this.first = 0; // the ordinal of the oldest line that Python keeps
    this.at = 0; // the ordinal of the first line that is here
    this.lines = [];
    this.nodes = []; // the elements of lines, from ordinal `top` on
    this.top = 0;
    this.seen = 0; // the ordinal behind the last line that was at hand while the end was followed
    this.follow = true;
    this.hand = -HAND; // when the reader's hand was last on the lines
    this.heard = false; // whether Python has answered
    this.pressed = null; // when the button was pressed, until Python has heard it
    this.parted = false;
    this.build(model.get("label"));
    el.append(this.root);
    if (document.documentElement.lang === "") this.root.lang = "en";
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.list);
    this.opened();
    this.hello();
    this.watch = setInterval(() => this.status(), 200);
    this.status();
  }

  // The parts.
  build(label) {
    this.sign = h("span", { class: "wsc-sign", "aria-hidden": "true" });
    this.word = h("span", { class: "wsc-word" });
    this.words = h("span", { class: "wsc-words" });
    this.button = h("button", { class: "wsl-button wsc-button", type: "button", hidden: true, onclick: () => this.press() });
    this.banner = h("p", { class: "wsc-banner", role: "note", hidden: true });
    this.earlier = h("div", { class: "wsc-earlier", hidden: true });
    this.empty = h("div", { class: "wsc-quiet" });
    this.list = h("div", { class: "wsc-lines", role: "log", "aria-live": "polite", "aria-label": `Output of ${label}`, tabindex: "0",
      onscroll: () => this.scrolled(), ontouchmove: () => this.touched(), onkeydown: () => this.touched(),
      onwheel: (event) => {
        this.touched();
        if (event.deltaY < 0 && this.list.scrollTop > 0) this.follow = false;
      },
      onpointerdown: () => { this.hand = Infinity; }, // perhaps on the scroll bar, whose release is not always told
      onpointerup: () => this.touched(), onpointermove: (event) => { if (this.hand === Infinity && !event.buttons) this.touched(); } });
    this.end = h("button", { class: "wsl-end", type: "button", hidden: true, onclick: () => this.toEnd(),
      onwheel: (event) => { // it lies over the lines, and would hold a scroll up
        this.list.scrollTop += event.deltaY;
        event.preventDefault();
      } });
    this.news = h("div", { class: "wsl-only-spoken", role: "status" });
    this.root = h("section", { class: "wsl-console", "aria-label": `Console of ${label}`, onkeydown: (event) => this.key(event) },
      h("div", { class: "wsc-head" }, h("strong", { class: "wsc-title", text: label }),
        h("span", { class: "wsc-state", role: "status" }, this.sign, this.word, " ", this.words), this.button),
      this.banner, h("div", { class: "wsl-frame" }, this.earlier, this.empty, this.list, this.end), this.news);
  }

  // The ordinal behind the last line that is here.
  get stop() {
    return this.at + this.lines.length;
  }

  // Ask Python for every line that is kept.
  hello() {
    this.asked = performance.now();
    this.model.send({ t: "hello", view: this.id });
  }

  // The model's lines from before anybody asked.
  opened() {
    const opening = this.model.get("opening");
    if (opening?.lines) this.take(opening);
  }

  // A message from Python.
  received(message) {
    if (message.view !== undefined && message.view !== this.id) return;
    if (message.t === "pressed") this.pressed = null;
    if (message.t === "lines") {
      if (message.view === this.id) this.heard = true;
      this.take(message);
    }
    this.status();
  }

  // Join a stretch of lines with those that are here. Where something is missing between them, ask for everything.
  take({ first, at, lines }) {
    this.first = Math.max(this.first, first);
    const stop = at + lines.length;
    if (at <= this.at && stop >= this.at) {
      lines = [...lines, ...this.lines.slice(Math.max(0, stop - this.at))];
      [this.at, this.lines] = [at, lines];
    } else if (at > this.stop) {
      if (this.lines.length && at > this.first && this.heard) this.hello();
      [this.at, this.lines] = [at, lines];
    } else if (stop > this.stop) {
      this.lines.push(...lines.slice(this.stop - at));
    }
    const gone = Math.min(this.lines.length, this.first - this.at);
    if (gone > 0) {
      this.lines.splice(0, gone);
      this.at += gone;
    }
    this.draw();
  }

  // Draw at the next frame.
  draw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.drawn();
      this.status();
    });
  }

  // Put the lines in, take those away that are no longer kept, and keep the reader's place.
  drawn() {
    const { list } = this, anchor = this.follow ? null : this.anchor();
    if (this.top > this.at || this.top + this.nodes.length < this.at) { // earlier ones came, or none of these is left
      list.replaceChildren();
      [this.nodes, this.top] = [[], this.at];
    }
    for (const node of this.nodes.splice(0, this.at - this.top)) node.remove();
    this.top = this.at;
    const fresh = this.lines.slice(this.nodes.length);
    if (fresh.length) {
      const many = fresh.length > BURST, nodes = fresh.map(made);
      list.setAttribute("aria-live", many ? "off" : "polite");
      put(this.news, many && this.heard ? `${plural(fresh.length, "new line")} of output` : "");
      this.nodes.push(...nodes);
      list.append(...nodes);
    }
    if (!list.clientHeight) {
      this.lost = this.lines.length > 0; // not on the page: browsers forget the scroll position meanwhile
      return;
    }
    if (this.follow) list.scrollTop = list.scrollHeight;
    else if (anchor) list.scrollTop = anchor.node.isConnected ? anchor.node.offsetTop - anchor.off : 0;
    else if (this.lost) list.scrollTop = this.last;
    this.lost = false;
    this.last = list.scrollTop;
    this.shape = this.measured();
    if (this.follow) this.seen = this.stop;
  }

  // What a scroll by the reader leaves as it is.
  measured() {
    const { list } = this;
    return `${list.clientWidth} ${list.clientHeight} ${list.scrollHeight}`;
  }

  // Whether the last line is in sight.
  atEnd() {
    const { list } = this;
    return list.scrollTop + list.clientHeight >= list.scrollHeight - 2;
  }

  // The first line that is in sight, and how far below the edge it stands.
  anchor() {
    const { list, nodes } = this;
    if (!list.clientHeight || this.lost) return null;
    let low = 0, high = nodes.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (nodes[middle].offsetTop + nodes[middle].offsetHeight > list.scrollTop) high = middle;
      else low = middle + 1;
    }
    return nodes[low] ? { node: nodes[low], off: nodes[low].offsetTop - list.scrollTop } : null;
  }

  // The reader's hand is on the lines.
  touched() {
    this.hand = performance.now();
  }

  // The reader scrolled (or our own move is reported back).
  scrolled() {
    const { list } = this, step = list.scrollTop - this.last;
    // Wrapped anew, back on the page, or, as when the theme changes, for an instant laid out in another way.
    const moved = this.measured() !== this.shape || (performance.now() - this.hand > HAND && Math.abs(step) < list.clientHeight / 2);
    if (this.lost || (moved && this.follow)) {
      this.draw();
      return;
    }
    if (Math.abs(step) >= 1) this.follow = this.atEnd();
    this.last = list.scrollTop;
    if (this.follow) this.seen = this.stop;
    this.status();
  }

  // Go to the end and follow it again.
  toEnd() {
    this.follow = true;
    this.list.focus({ preventScroll: true });
    this.draw();
  }

  // The words around the lines.
  status() {
    const head = this.model.get("head"), now = performance.now(), live = head.word === "waiting" || head.word === "running";
    const gone = this.isGone(), late = this.pressed !== null && now - this.pressed > BUSY;
    const word = gone && live ? "gone" : head.word;
    put(this.sign, SIGNS[word]);
    put(this.word, word === "gone" ? "kernel gone" : word);
    put(this.words, word === "gone" ? "run the cell again" : late ? `kernel busy: it hears ${head.button} when its cell ends` : head.text);
    this.root.dataset.state = word;
    this.button.hidden = !head.button || word === "gone" || !live;
    this.button.disabled = this.pressed !== null;
    put(this.button, head.button);
    this.banner.hidden = !head.banner;
    put(this.banner, head.banner);
    this.earlier.hidden = !this.first;
    put(this.earlier, this.first ? `${plural(this.first, "earlier line")} ${this.first === 1 ? "is" : "are"} not kept` : "");
    const known = this.heard || gone;
    this.empty.hidden = this.lines.length > 0;
    put(this.empty, known ? "no output yet" : now - this.asked > BUSY ? "kernel busy: the lines come when its cell ends" : "");
    const fresh = this.stop - this.seen;
    this.end.hidden = this.follow || this.atEnd();
    if (this.follow && !this.frame && this.list.clientHeight && !this.atEnd()) this.draw(); // it was away for a moment
    put(this.end, `${fresh > 0 ? `${fresh.toLocaleString("en-US")} new, go` : "Go"} to the end \u2193`);
  }

  // The reader pressed the button.
  press() {
    this.pressed = performance.now();
    this.model.send({ t: "press", view: this.id });
    this.status();
  }

  // A plain key pressed here is for here: in JupyterLab "d d" would delete the cell, and Enter on a button would edit it.
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Escape" || event.key === "Tab") return;
    if (event.shiftKey && event.key.length > 1) return;
    event.stopPropagation();
  }

  // The kernel's end of the model went away, or came back.
  alive(live) {
    this.parted = !live;
    this.pressed = null;
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
    if (this.frame) cancelAnimationFrame(this.frame);
    this.observer.disconnect();
    if (!this.isGone()) this.model.send({ t: "bye", view: this.id });
    this.root.remove();
  }
}

// What anywidget calls for each view; returns how to take it away.
function render({ model, el }) {
  const view = new View(model, el);
  const received = (message) => view.received(message);
  const changed = () => view.status();
  const opened = () => view.opened();
  // anywidget calls it with the view as `this`, whose model knows whether its comm still lives.
  const live = function () {
    view.alive(this?.model?.comm_live !== false);
  };
  model.on("msg:custom", received);
  model.on("change:head", changed);
  model.on("change:opening", opened);
  model.on("comm_live_update", live);
  return () => {
    model.off("msg:custom", received);
    model.off("change:head", changed);
    model.off("change:opening", opened);
    model.off("comm_live_update", live);
    view.remove();
  };
}

export default { render };
