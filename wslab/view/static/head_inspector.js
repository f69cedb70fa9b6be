// The byte inspector of an opening handshake: the head line by line with what each line means, and its bytes in hex and ASCII.
// Point at a byte, tap it, or go there with the arrow keys: the box in the middle says which line it belongs to, and as what.
//
//   mount(host, told)   builds it; wslab/view/inspector/head.py says what is in `told`
//
// A head is a stranger's: it is only ever put into textContent, and Python has made the invisible visible. Credentials are
// overwritten before they come here.

const NAMES = { 9: "HT, a tab", 10: "LF, line feed", 13: "CR, carriage return", 32: "SP, a space" };

// Make an element: attributes, listeners (on...), properties (text, class), children.
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

// A byte as two digits.
function hex(byte) {
  return byte.toString(16).padStart(2, "0");
}

// A byte as its bits, in two groups.
function binary(byte) {
  return byte.toString(2).padStart(8, "0").replace(/(....)/, "$1 ");
}

// What a byte is as ASCII, in words.
function character(byte) {
  if (NAMES[byte]) return NAMES[byte];
  return byte > 32 && byte < 127 ? String.fromCharCode(byte) : byte < 128 ? "a control character" : "no ASCII";
}

class HeadInspector {
  constructor(host, told) {
    this.told = told;
    this.perLine = 16;
    this.chosen = null; // the byte that was tapped or gone to
    this.wire = Uint8Array.from(told.wire.match(/../g) ?? [], (pair) => parseInt(pair, 16));
    this.lines = new Map(told.lines.filter((line) => line.at !== null).map((line) => [line.at, line]));
    this.lineOf = Array.from(this.wire, () => 0); // of each byte, the place of its line
    told.places.forEach(([start, , stop], place) => this.lineOf.fill(place, start, stop));
    this.says = h("div", { class: "wsi-says" });
    this.live = h("div", { class: "wsi-only-spoken", role: "status" });
    this.pane = h("div", { class: "wsi-pane" });
    this.box = h("div", {
      class: "wsi-frame", onmouseover: (event) => this.show(this.where(event.target) ?? this.chosen), onmouseleave: () => this.show(this.chosen),
      onclick: (event) => this.click(event), onkeydown: (event) => this.move(event),
    }, this.table(), this.says, this.pane);
    this.root = h("section", { class: "wsi wsi-of-head", "aria-label": "Byte inspector", onkeydown: (event) => this.keep(event) },
      h("div", { class: "wsi-head" }, h("strong", { text: "Bytes" }), h("span", { class: "wsi-soft", text: told.summary })), this.box, this.live);
    host.append(this.root);
    this.draw();
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(this.root);
  }

  // Lines of 16 bytes where there is room, else of 8.
  resized() {
    const room = this.root.clientWidth, perLine = room === 0 || room >= 668 ? 16 : 8;
    if (perLine === this.perLine) return;
    this.perLine = perLine;
    const focused = this.pane.contains(document.activeElement);
    this.draw();
    if (focused) this.cells[this.chosen ?? 0]?.[0].focus({ preventScroll: true });
  }

  // The lines in a table; what is required and absent stands at the end. It has its roles in writing: where the page is narrow
  // its rows are laid out otherwise, and a browser would take them away.
  table() {
    const heads = ["", "line", "", "what it says", "where"].map((text) => h("th", { scope: "col", text }));
    const rows = this.told.lines.map((line) => {
      const absent = line.at === null, start = absent ? undefined : this.told.places[line.at]?.[0];
      const sign = line.right === null ? "" : h("span", { class: line.right ? "wsi-right" : "wsi-wrong", role: "img", "aria-label": line.right ? "right" : "wrong", text: line.right ? "\u2713" : "\u2717" });
      return h("tr", { role: "row", "data-byte": start < this.wire.length ? start : undefined, "data-line": absent ? undefined : line.at },
        ...[[{}, sign], [{ text: absent ? "" : line.at + 1 }], absent ? [{}, h("del", { text: line.name }), " (not there)"] : [{ text: line.text }],
          [{ class: line.right === false ? "wsi-wrong" : undefined, text: line.meaning }], [{ text: line.section }]]
          .map(([attributes, ...children]) => h("td", { role: "cell", ...attributes }, ...children)));
    });
    const more = this.told.more ? h("p", { class: "wsi-soft", text: `and ${this.told.more} more line${this.told.more === 1 ? "" : "s"}` }) : "";
    return h("div", { class: "wsi-wide" }, h("table", { class: "wsi-lines", role: "table" }, h("thead", {}, h("tr", {}, ...heads)), h("tbody", { role: "rowgroup" }, ...rows)), more);
  }

  // The bytes: in hex, below each the number of its line, and beside them as ASCII.
  draw() {
    const { wire, told } = this;
    this.cells = Array.from(wire, () => []);
    const grid = h("div", { class: "wsi-hex", role: "grid", "aria-label": "Bytes of the head" });
    for (let at = 0; at < wire.length; at += this.perLine) {
      const places = Array.from({ length: Math.min(this.perLine, wire.length - at) }, (_, i) => at + i);
      const row = h("div", { class: "wsi-hexrow", role: "row" }, h("span", { class: "wsi-offset", "aria-hidden": "true", text: at.toString(16).padStart(4, "0") }));
      for (const i of places) {
        const line = this.lineOf[i], wrong = this.lines.get(line)?.right === false;
        row.append(h("span", { class: "wsi-byte", role: "gridcell", tabindex: "-1", "data-byte": i, "data-parity": line % 2, "data-wrong": wrong,
          "aria-label": `byte ${i}: ${hex(wire[i])}, ${character(wire[i])}, line ${line + 1}` },
        h("span", { text: hex(wire[i]) }), h("small", { text: `${line + 1}${wrong ? "!" : ""}`, "aria-hidden": "true" })));
        this.cells[i].push(row.lastChild);
      }
      for (let i = places.length; i < this.perLine; i++) row.append(h("span", { class: "wsi-gap", "aria-hidden": "true" }));
      for (const i of places) {
        row.append(h("span", { class: "wsi-ascii", "aria-hidden": "true", "data-byte": i, "data-parity": this.lineOf[i] % 2, text: wire[i] >= 32 && wire[i] < 127 ? String.fromCharCode(wire[i]) : "\u00b7" }));
        this.cells[i].push(row.lastChild);
      }
      grid.append(row);
    }
    const hidden = told.size - wire.length;
    this.pane.replaceChildren(
      h("div", { class: "wsi-caption", text: `The head in hex, below each byte the number of its line, and as ASCII: ${told.size.toLocaleString("en-US")} bytes` }), grid,
      hidden ? h("p", { class: "wsi-soft", text: `and ${hidden.toLocaleString("en-US")} more bytes` }) : "");
    this.show(this.chosen);
    this.rove(this.chosen ?? 0);
  }

  // As what a byte belongs to its line.
  part(byte, line) {
    const { wire } = this, [start, value, stop] = this.told.places[line];
    if (byte === stop - 1 && wire[byte] === 10) return "its line end";
    if (byte === stop - 2 && wire[byte] === 13 && wire[byte + 1] === 10) return "its line end";
    if (value === start) return "";
    return byte >= value ? "in its value" : byte === value - 1 && wire[byte] === 58 ? "the colon behind its name" : "in its name";
  }

  // What there is to say of a byte: lines of parts, each text or an element.
  words(byte) {
    const place = this.lineOf[byte], line = this.lines.get(place), part = this.part(byte, place);
    const secret = line?.secret && part === "in its value" && ![9, 10, 13, 32].includes(this.wire[byte]);
    const out = [[h("strong", { text: `Byte ${byte}: ${hex(this.wire[byte])}` }), ` = ${binary(this.wire[byte])}, `,
      ...(secret ? ["an x in place of a byte of a credential, which is not shown"] : ["as ASCII ", h("strong", { text: character(this.wire[byte]) })])]];
    if (!line) return [...out, [`Line ${place + 1}, which is not listed.`]];
    out.push([`Line ${place + 1}${part ? `, ${part}` : ""}: `, h("code", { text: line.text })]);
    const sign = line.right === null ? "" : line.right ? "Right: " : "Wrong: ";
    out.push([h("span", { class: line.right === false ? "wsi-wrong" : undefined, text: `${sign}${line.meaning}. ` }), h("span", { class: "wsi-soft", text: line.section })]);
    return out;
  }

  // Say what a byte is, and mark it and its line; null: nothing is chosen.
  show(byte) {
    for (const node of this.box.querySelectorAll(".wsi-on, .wsi-same")) node.classList.remove("wsi-on", "wsi-same");
    if (byte === null) {
      this.says.replaceChildren(h("p", { class: "wsi-soft", text: "Point at a line or a byte, tap it, or go there with Tab and the arrow keys: here stands which line it belongs to, and what that means." }));
      return;
    }
    this.says.replaceChildren(...this.words(byte).map((line) => h("p", {}, ...line)));
    const place = this.lineOf[byte];
    this.cells.forEach((cells, i) => {
      if (this.lineOf[i] === place) for (const cell of cells) cell.classList.add("wsi-same");
    });
    this.box.querySelector(`tr[data-line="${place}"]`)?.classList.add("wsi-same");
    for (const cell of this.cells[byte]) cell.classList.add("wsi-on");
  }

  // The byte that an element stands for.
  where(target) {
    const node = target.closest("[data-byte]");
    return node && this.box.contains(node) ? Number(node.dataset.byte) : null;
  }

  // A tap chooses, and stays.
  click(event) {
    const byte = this.where(event.target);
    if (byte !== null) this.go(byte, !event.target.closest("table"));
  }

  // Choose a byte.
  go(byte, focus = true) {
    this.chosen = byte;
    this.show(byte);
    this.rove(byte);
    this.live.textContent = [...this.says.children].map((line) => line.textContent).join(" ");
    if (focus) this.cells[byte][0].focus({ preventScroll: false });
  }

  // One byte can be reached with Tab, the others from there with the arrow keys.
  rove(byte) {
    this.roving?.setAttribute("tabindex", "-1");
    this.roving = this.cells[byte]?.[0];
    this.roving?.setAttribute("tabindex", "0");
  }

  // Arrow keys go from byte to byte.
  move(event) {
    const cell = event.target.closest("[role=gridcell]");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const now = Number(cell.dataset.byte), last = this.cells.length - 1;
    const to = { ArrowLeft: now - 1, ArrowRight: now + 1, ArrowUp: now - this.perLine, ArrowDown: now + this.perLine, Home: 0, End: last,
      Enter: now, " ": now }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (to >= 0 && to <= last) this.go(to);
  }

  // A plain key pressed here is for here: in JupyterLab "d d" would delete the cell. Escape, Tab and whatever is pressed
  // with a modifier go on to JupyterLab.
  keep(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Escape" || event.key === "Tab") return;
    if (event.shiftKey && event.key.length > 1) return;
    event.stopPropagation();
  }
}

// Build it in an element.
export function mount(host, told) {
  return new HeadInspector(host, told);
}
