// The byte inspector: the bits of one frame as RFC 6455 section 5.2 draws them, its bytes in hex, and how they are unmasked.
// Point at a byte or a bit, tap it, or go there with the arrow keys: the box in the middle says what it is.
//
//   mount(host, told)   builds an inspector; wslab/view/inspector/description.py says what is in `told`
//   initialize          of a widget that is never shown: puts inspectors over their static twins in the outputs of cells
//
// Payloads are hostile: they are only ever put into textContent, and Python has made the invisible visible.

const ROW = 32; // bits in a row of the diagram, as in the RFC

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

// The bytes of a hex string.
function unhex(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

// A byte as two digits.
function hex(byte) {
  return byte.toString(16).padStart(2, "0");
}

// A byte as its bits, in two groups.
function binary(byte) {
  const bits = byte.toString(2).padStart(8, "0");
  return `${bits.slice(0, 4)} ${bits.slice(4)}`;
}

// "1 byte", "2 bytes".
function plural(n, one) {
  return `${n.toLocaleString("en-US")} ${one}${n === 1 ? "" : "s"}`;
}

// "bit 0", "bits 4-7", "no bits".
function bitWords([first, stop]) {
  return stop > first + 1 ? `bits ${first}\u2013${stop - 1}` : stop > first ? `bit ${first}` : "no bits";
}

// The letter of a field on its colour.
function badge(field) {
  return h("span", { class: "wsi-sign", "data-sign": field.sign, text: field.sign, "aria-hidden": "true" });
}

class Inspector {
  constructor(host, told, place = 0) {
    this.told = told;
    this.perLine = 16;
    this.live = h("div", { class: "wsi-only-spoken", role: "status" });
    this.box = h("div", {
      class: "wsi-frame", onmouseover: (event) => this.hover(event), onmouseleave: () => this.show(this.chosen),
      onclick: (event) => this.click(event), onkeydown: (event) => this.move(event),
    });
    this.root = h("section", { class: "wsi", "aria-label": "Byte inspector", onkeydown: (event) => this.keep(event) },
      h("div", { class: "wsi-head" }, h("strong", { text: "Bytes" }), h("span", { class: "wsi-soft", text: told.summary })));
    if (told.head) this.root.append(h("p", { class: "wsi-soft", text: told.head }));
    if (told.frames.length > 1) this.root.append(this.list());
    if (told.more) {
      const broken = told.moreBroken ? `, with ${told.moreBroken} of the violations` : "";
      this.root.append(h("p", { class: "wsi-soft", text: `and ${plural(told.more, "more frame")}${broken}` }));
    }
    if (told.unfinished) this.root.append(h("p", { class: "wsi-warning", text: `\u26a0 ${told.unfinished}` }));
    this.root.append(this.box, this.live);
    host.append(this.root);
    if (told.frames.length) this.choose(Math.min(place, told.frames.length - 1));
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(this.root);
  }

  // Lines of 16 bytes where there is room, else of 8.
  resized() {
    const room = this.root.clientWidth, perLine = room === 0 || room >= 560 ? 16 : 8;
    if (perLine === this.perLine || !this.frame) return;
    this.perLine = perLine;
    this.choose(this.place, this.chosen);
  }

  // The frames to choose from.
  list() {
    this.options = this.told.frames.map((frame, i) => h("div", { class: "wsi-option", role: "option", id: `${Inspector.id}-${i}`, onclick: () => this.choose(i) },
      h("span", { class: "wsi-title", text: frame.title }),
      frame.violations.length ? h("span", { class: "wsi-broken", text: `! ${plural(frame.violations.length, "violation")}` }) : "",
      frame.missing ? h("span", { class: "wsi-broken", text: "\u2026 not whole" }) : ""));
    Inspector.id = Inspector.id.replace(/\d+$/, (n) => Number(n) + 1);
    this.listNode = h("div", { class: "wsi-list", role: "listbox", tabindex: "0", "aria-label": "Frames", onkeydown: (event) => {
      const last = this.told.frames.length - 1;
      const to = { ArrowUp: this.place - 1, ArrowDown: this.place + 1, Home: 0, End: last }[event.key];
      if (to === undefined) return;
      this.choose(Math.min(Math.max(to, 0), last));
      event.preventDefault();
    } }, ...this.options);
    return this.listNode;
  }

  // Show one of the frames.
  choose(place, chosen = null) {
    this.place = place;
    this.chosen = chosen; // {byte, bit}: what was tapped or gone to; bit is null where the whole byte is meant
    this.shown = undefined;
    const frame = this.frame = this.told.frames[place];
    this.wire = unhex(frame.wire);
    this.payload = unhex(frame.payload);
    this.key = unhex(frame.key);
    this.bits = [];
    this.bytes = this.wire.length ? Array.from(this.wire, () => []) : [];
    this.says = h("div", { class: "wsi-says" });
    this.options?.forEach((node, i) => node.setAttribute("aria-selected", String(i === place)));
    if (this.options) {
      const node = this.options[place], list = this.listNode;
      list.setAttribute("aria-activedescendant", node.id);
      if (node.offsetTop < list.scrollTop) list.scrollTop = node.offsetTop;
      else if (node.offsetTop + node.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = node.offsetTop + node.offsetHeight - list.clientHeight;
    }
    const panes = h("div", { class: "wsi-panes" }, this.hexPane());
    if (frame.length) panes.append(this.payloadPane());
    const words = h("p", { class: "wsi-soft wsi-message", text: this.messageWords() });
    this.box.replaceChildren(...frame.violations.map((found) => this.violation(found)), this.diagram(), this.says, panes, words, this.fields());
    this.show(chosen);
    this.rove(0, 0);
  }

  // A rule that is broken: what, where, in whose words, and what receivers do.
  violation(found) {
    const level = found.level ? `, ${found.level}` : "";
    const code = found.code ? ` Receivers customarily answer ${found.code}.` : "";
    const note = found.note ? ` ${found.note[0].toUpperCase()}${found.note.slice(1)}.` : "";
    return h("div", { class: "wsi-warning" }, h("strong", { text: `! ${found.what}` }), ` (${found.section}${level}).${code}${note} `,
      h("q", { class: "wsi-quote", text: found.words }));
  }

  // The bits in rows of 32, each field a box with its name below its bits.
  diagram() {
    const { frame } = this;
    const stop = Math.min(this.wire.length * 8, (Math.floor(frame.header * 8 / ROW) + 1) * ROW);
    const grid = h("div", { class: "wsi-diagram", role: "grid", "aria-label": "Bits of the header" });
    grid.append(h("div", { class: "wsi-ruler", "aria-hidden": "true" },
      ...Array.from({ length: Math.min(stop, ROW) }, (_, i) => h("span", { text: i, class: i % 8 ? undefined : "wsi-octet" }))));
    for (let at = 0; at < stop; at += ROW) {
      const row = h("div", { class: "wsi-bitrow", role: "row" }), end = Math.min(at + ROW, stop);
      for (const field of frame.fields) {
        const a = Math.max(field.bits[0], at), b = Math.min(field.bits[1], end);
        if (a >= b || field.inside) continue;
        const digits = h("div", { class: "wsi-digits", role: "presentation" });
        for (let bit = a; bit < b; bit++) digits.append(this.bitCell(field, bit));
        const more = field.bits[0] < at;
        const name = h("div", { class: "wsi-name", "aria-hidden": "true" });
        if (b - a === 1) name.append(field.name);
        else name.append(badge(field), ` ${field.name}${more ? " continued" : ""}`);
        if (b - a > 1 && !more && field.name !== "Payload data" && field.name !== "Masking-key") name.append(h("span", { class: "wsi-value", text: ` = ${field.value}` }));
        row.append(h("div", { class: `wsi-box${b - a === 1 ? " wsi-single" : ""}`, role: "presentation", "data-sign": field.sign, "data-byte": a >> 3, "data-bit": a,
          "data-broken": field.broken, style: `grid-column: span ${b - a}` }, digits, name));
      }
      if (frame.missing && end === stop && end % ROW) row.append(h("div", { class: "wsi-box wsi-missing", style: `grid-column: span ${ROW - end % ROW}`, text: "not here yet" }));
      grid.append(row);
    }
    const hidden = (this.wire.length * 8 - stop) / 8 + frame.size - this.wire.length;
    if (hidden > 0) grid.append(h("div", { class: "wsi-soft", text: `\u2026 ${plural(hidden, "more byte")} of payload` }));
    return grid;
  }

  // One bit.
  bitCell(field, bit) {
    const value = this.wire[bit >> 3] >> (7 - bit % 8) & 1;
    return (this.bits[bit] = h("span", { class: "wsi-bit", role: "gridcell", tabindex: "-1", "data-byte": bit >> 3, "data-bit": bit,
      "aria-label": `bit ${bit}: ${value}, ${field.name}`, text: value }));
  }

  // The fields that a byte, or one bit of it, belongs to; an enclosing one before its parts.
  at(byte, bit) {
    const [a, b] = bit === null ? [byte * 8, byte * 8 + 8] : [bit, bit + 1];
    return this.frame.fields.filter(({ bits }) => bits[0] < b && bits[1] > a);
  }

  // The same, without those of which a part is there.
  inner(byte, bit) {
    const found = this.at(byte, bit), outer = found.map((field) => field.inside);
    return found.filter((field) => !outer.includes(field.name));
  }

  // The bytes, below each the letters of its fields.
  hexPane() {
    const grid = h("div", { class: "wsi-hex", role: "grid", "aria-label": "Bytes of the frame" });
    for (let at = 0; at < this.wire.length; at += this.perLine) {
      const row = h("div", { class: "wsi-hexrow", role: "row" }, h("span", { class: "wsi-offset", "aria-hidden": "true", text: at.toString(16).padStart(4, "0") }));
      for (let i = at; i < Math.min(at + this.perLine, this.wire.length); i++) {
        const fields = this.inner(i, null), signs = [...new Set(fields.map((field) => field.sign))].join("");
        const cell = h("span", { class: "wsi-byte", role: "gridcell", tabindex: "-1", "data-byte": i, "data-sign": fields.at(-1)?.sign,
          "aria-label": `byte ${i}: ${hex(this.wire[i])}, ${fields.map((field) => field.name).join(", ")}` },
        h("span", { text: hex(this.wire[i]) }), h("small", { text: signs, "aria-hidden": "true" }));
        this.bytes[i].push(cell);
        row.append(cell);
      }
      grid.append(row);
    }
    const hidden = this.frame.size - this.wire.length;
    const from = this.frame.offset ? `, from byte ${this.frame.offset} of the data` : "";
    return h("div", { class: "wsi-pane" }, h("div", { class: "wsi-caption", text: `The frame in hex: ${plural(this.frame.size, "byte")}${from}` }), grid,
      hidden ? h("p", { class: "wsi-soft", text: `and ${plural(hidden, "more byte")}` }) : "");
  }

  // Masked and unmasked side by side, and what each byte became.
  payloadPane() {
    const { frame, payload, key } = this, start = frame.header;
    const scroll = h("div", { class: "wsi-scroll", tabindex: "0", role: "group", "aria-label": "Payload byte by byte" });
    const starts = new Map(frame.pieces.map((piece) => [Math.max(0, piece[0]), piece]));
    for (let at = 0; at < payload.length; at += this.perLine) {
      const places = Array.from({ length: Math.min(this.perLine, payload.length - at) }, (_, i) => at + i);
      const row = (name, text, part) => h("tr", { class: `wsi-${part}` }, h("th", { scope: "row", text: name }), ...places.map((i) => {
        const cell = h("td", { "data-byte": start + i, text: text(i) });
        this.bytes[start + i].push(cell);
        return cell;
      }));
      const body = h("tbody", {}, row("payload byte", (i) => i, "place"));
      body.append(row("on the wire", (i) => hex(this.wire[start + i]), "wire"));
      if (key.length) body.append(row("XOR key", (i) => hex(key[i % 4]), "key"), row("= unmasked", (i) => hex(payload[i]), "plain"));
      if (frame.pieces.length) {
        const line = h("tr", { class: "wsi-became" }, h("th", { scope: "row", text: frame.became }));
        for (let i = at; i < at + places.length;) {
          const piece = starts.get(i) ?? frame.pieces.find(([a, b]) => a <= i && b > i);
          const stop = piece ? Math.min(piece[1], at + places.length) : i + 1;
          const cell = h("td", { colspan: stop - i, "data-byte": start + i, text: piece ? piece[2] : "\u00a0" });
          for (let j = i; j < stop; j++) this.bytes[start + j].push(cell);
          line.append(cell);
          i = stop;
        }
        body.append(line);
      }
      scroll.append(h("table", { class: "wsi-xor" }, body));
    }
    const hidden = frame.length - payload.length;
    const size = `${plural(frame.length, "byte")}${frame.missing ? " so far" : ""}`;
    return h("div", { class: "wsi-pane" },
      h("div", { class: "wsi-caption", text: key.length ? `The payload, masked and unmasked: ${size}` : `The payload, not masked: ${size}` }), scroll,
      hidden > 0 ? h("p", { class: "wsi-soft", text: `and ${plural(hidden, "more byte")}` }) : "");
  }

  // Which message the frame is a part of, and what it says.
  messageWords() {
    const { message, opcode, compressed } = this.frame;
    if (!message) return opcode >= 8 ? "A control frame: no part of a message." : "";
    const part = message.frames === 1 ? "The whole of" : `Frame ${message.place + 1} of ${message.frames} of`;
    const ended = message.ended ? `, not complete: ${message.ended}` : "";
    if (message.reason) return `${part} message ${message.index} (${message.name}${ended}). What it says is not known: ${message.reason}.`;
    return `${part} message ${message.index} (${message.name}${ended}), ${plural(message.size, "byte")}${compressed ? ", inflated" : ""}: ${message.preview || "empty"}`;
  }

  // Every field in a table.
  fields() {
    const head = h("tr", {}, ...["", "field", "bits", "value", "meaning", "where"].map((text) => h("th", { scope: "col", text })));
    const rows = this.frame.fields.map((field) => h("tr", { "data-byte": Math.min(field.bits[0] >> 3, this.wire.length - 1), "data-bit": field.bits[1] > field.bits[0] ? field.bits[0] : undefined },
      h("td", {}, badge(field)), h("td", { text: `${field.name}${field.broken ? " !" : ""}` }), h("td", { text: bitWords(field.bits).replace(/^bits? /, "") }),
      h("td", { class: "wsi-mono", text: field.value }), h("td", { text: field.meaning }), h("td", { text: field.section })));
    const open = this.fieldsOpen ?? false;
    return h("details", { class: "wsi-all", open, ontoggle: (event) => { this.fieldsOpen = event.target.open; } },
      h("summary", { text: `All ${this.frame.fields.length} fields` }),
      h("div", { class: "wsi-wide" }, h("table", { class: "wsi-fields" }, h("thead", {}, head), h("tbody", {}, ...rows))));
  }

  // What there is to say of a byte or a bit: lines of parts, each text or an element.
  words({ byte, bit }) {
    const { frame, wire, payload, key } = this, place = byte - frame.header, lines = [];
    const offset = frame.offset ? `, byte ${frame.offset + byte} of the data` : "";
    lines.push([h("strong", { text: bit === null ? `Byte ${byte}: ${hex(wire[byte])}` : `Bit ${bit}: ${wire[byte] >> (7 - bit % 8) & 1}` }),
      bit === null ? ` = ${binary(wire[byte])}${offset}` : ` (bit ${bit % 8} of byte ${byte}, ${hex(wire[byte])} = ${binary(wire[byte])})${offset}`]);
    for (const field of this.at(byte, bit)) {
      lines.push([badge(field), " ", h("strong", { text: field.name }), ` (${bitWords(field.bits)}) = ${field.value}: ${field.meaning}${field.broken ? " (a rule is broken here)" : ""}. `,
        h("span", { class: "wsi-soft", text: field.section })]);
    }
    if (this.inner(byte, bit).some((field) => field.name === "Masking-key")) {
      const k = byte - (frame.header - 4);
      lines.push([`Byte ${k} of the key: it is XORed with payload bytes ${k}, ${k + 4}, ${k + 8} and so on.`]);
    }
    if (place < 0 || place >= payload.length) return lines;
    const where = frame.message ? `, byte ${frame.message.start + place} of message ${frame.message.index}` : "";
    if (key.length) {
      const k = place % 4;
      lines.push([`Payload byte ${place}${where}: `, h("code", { text: `${hex(wire[byte])} XOR ${hex(key[k])} = ${hex(payload[place])}` }), ` with byte ${k} of the key; in bits `,
        h("code", { text: `${binary(wire[byte])} XOR ${binary(key[k])} = ${binary(payload[place])}` })]);
    } else lines.push([`Payload byte ${place}${where}: ${hex(payload[place])}, not masked.`]);
    const piece = frame.pieces.find(([a, b]) => a <= place && b > place);
    if (piece && frame.became === "as ASCII") lines.push(["The payload is no text; as ASCII this would be ", h("strong", { text: piece[2] }), "."]);
    else if (piece) {
      const [a, b] = [piece[0], piece[1]];
      const together = b - a > 1 ? `Byte ${place - a + 1} of the ${b - a} that became ` : "It became ";
      lines.push([together, h("strong", { text: piece[2] }), ` \u2013 ${piece[3]}.${a < 0 || b > frame.length ? " The border of the frame cuts it." : ""}`]);
    } else if (frame.compressed) lines.push(["The message is compressed: a byte of it stands for no character by itself."]);
    return lines;
  }

  // Say what stands at a place, and mark it; null: nothing is chosen.
  show(at) {
    if (this.shown === at && at !== null && this.says.childElementCount) return;
    this.shown = at;
    for (const node of this.box.querySelectorAll(".wsi-on, .wsi-same")) node.classList.remove("wsi-on", "wsi-same");
    if (at === null) {
      this.says.replaceChildren(h("p", { class: "wsi-soft", text: "Point at a bit or a byte, tap it, or go there with Tab and the arrow keys: here stands what it is, and what it became." }));
      return;
    }
    this.says.replaceChildren(...this.words(at).map((line) => h("p", {}, ...line)));
    const same = this.inner(at.byte, at.bit);
    this.bytes.forEach((cells, i) => {
      if (same.some(({ bits }) => bits[0] < i * 8 + 8 && bits[1] > i * 8)) for (const cell of cells) cell.classList.add("wsi-same");
    });
    same.forEach(({ bits }) => {
      for (let bit = bits[0]; bit < bits[1]; bit++) this.bits[bit]?.classList.add("wsi-same");
    });
    for (const cell of this.bytes[at.byte]) cell.classList.add("wsi-on");
    if (at.bit !== null) this.bits[at.bit]?.classList.add("wsi-on");
    else for (let bit = at.byte * 8; bit < at.byte * 8 + 8; bit++) this.bits[bit]?.classList.add("wsi-on");
    const keyByte = this.key.length && at.byte >= this.frame.header ? this.frame.header - 4 + (at.byte - this.frame.header) % 4 : -1;
    if (keyByte >= 0) for (const cell of this.bytes[keyByte]) cell.classList.add("wsi-same");
  }

  // The place that an element stands for.
  where(target) {
    const node = target.closest("[data-byte]");
    if (!node || !this.box.contains(node)) return null;
    return { byte: Number(node.dataset.byte), bit: node.dataset.bit === undefined ? null : Number(node.dataset.bit) };
  }

  // The pointer rests on something.
  hover(event) {
    this.show(this.where(event.target) ?? this.chosen);
  }

  // A tap chooses, and stays.
  click(event) {
    const at = this.where(event.target);
    if (!at) return;
    this.go(at, event.target.closest("[tabindex='-1'], [tabindex='0']") !== null && !event.target.closest("table"));
  }

  // Choose a place; its cell takes the keyboard when it is one of those that can.
  go(at, focus = true) {
    this.chosen = at;
    this.show(at);
    this.rove(at.byte, at.bit ?? this.focusBit);
    this.live.textContent = [...this.says.children].map((line) => line.textContent).join(" ");
    const cell = at.bit === null ? this.bytes[at.byte]?.[0] : this.bits[at.bit];
    if (focus && cell) cell.focus({ preventScroll: false });
  }

  // One byte and one bit can be reached with Tab, the others from there with the arrow keys.
  rove(byte, bit) {
    for (const [cell, value] of [[this.focusByteCell, "-1"], [this.focusBitCell, "-1"]]) cell?.setAttribute("tabindex", value);
    this.focusBit = this.bits[bit] ? bit : 0;
    this.focusByteCell = this.bytes[byte]?.[0];
    this.focusBitCell = this.bits[this.focusBit];
    for (const cell of [this.focusByteCell, this.focusBitCell]) cell?.setAttribute("tabindex", "0");
  }

  // Arrow keys go from byte to byte, or from bit to bit.
  move(event) {
    const cell = event.target.closest("[role=gridcell]");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const bits = cell.dataset.bit !== undefined, now = Number(bits ? cell.dataset.bit : cell.dataset.byte);
    const line = bits ? ROW : this.perLine, last = (bits ? this.bits : this.bytes).length - 1;
    const to = { ArrowLeft: now - 1, ArrowRight: now + 1, ArrowUp: now - line, ArrowDown: now + line, Home: 0, End: last,
      Enter: now, " ": now }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (to >= 0 && to <= last) this.go(bits ? { byte: to >> 3, bit: to } : { byte: to, bit: null });
  }

  // A plain key pressed here is for here: in JupyterLab "d d" would delete the cell. Escape, Tab and whatever is pressed
  // with a modifier go on to JupyterLab.
  keep(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Escape" || event.key === "Tab") return;
    if (event.shiftKey && event.key.length > 1) return;
    event.stopPropagation();
  }
}
Inspector.id = `wsi-${Math.random().toString(36).slice(2, 8)}-0`;

// Build an inspector in an element; `place` says which frame it shows first.
export function mount(host, told, place = 0) {
  return new Inspector(host, told, place);
}

export default {
  initialize({ model }) {
    const key = model.get("key");

    // Put an inspector over each static twin that has none yet.
    function draw() {
      for (const root of document.querySelectorAll(`.${CSS.escape(key)}`)) {
        if (root.querySelector(".wsi")) continue;
        for (const part of root.children) part.style.display = "none";
        mount(root, model.get("told"));
      }
    }

    // A cell was run, or scrolled into the page: its output begins as the static twin.
    function appeared(event) {
      if (event.animationName === "wslab-inspector-appear" && event.target.classList.contains(key)) draw();
    }

    document.addEventListener("animationstart", appeared);
    draw();
    return () => document.removeEventListener("animationstart", appeared);
  },
};
