// What Node tells the kernel: items of JSON, one a line, each after a prefix that nobody else knows. All of it leaves before
// the call returns, so a crash loses nothing; what the cell writes to stdout itself keeps its place between.
"use strict";

const { AsyncLocalStorage } = require("node:async_hooks");
const { Console } = require("node:console");
const fs = require("node:fs");
const { Writable } = require("node:stream");
const { inspect } = require("node:util");

const CUT = 10000; // characters of a text that are told
const STDOUT = 1;
const LEVELS = { log: "log", info: "info", warn: "warn", error: "error", debug: "debug", trace: "error", assert: "error" };
const pause = new Int32Array(new SharedArrayBuffer(4));
const { stringify } = JSON;
const { writeSync } = fs;

// Write all of it. The pipe may be full: the kernel reads as fast as it can, and until then Node waits.
function writeAll(given) {
  let bytes = Buffer.from(given);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(STDOUT, bytes));
    } catch (error) {
      if (error.code !== "EAGAIN") return;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}

class Feed {
  constructor(prefix) {
    this.prefix = prefix;
    this.made = 0;
    this.marked = 0;
    this.culprit = null;
    this.inside = new AsyncLocalStorage();
  }

  emit = (item) => writeAll(`${this.prefix}${stringify(item)}\n`);

  // The number of a new socket.
  next = () => ++this.made;

  // The socket in whose callback the code runs, or null.
  current = () => this.inside.getStore() ?? null;

  // Call a function of the cell in a socket's name; where it raises, that is remembered.
  run = (id, call) => {
    let raises = true;
    try {
      const result = this.inside.run(id, call);
      raises = false;
      return result;
    } finally {
      if (raises) this.culprit = id;
    }
  };

  // The cell's main part has run, and what that has started has had its first turn.
  ready() {
    setImmediate(() => this.emit({ k: "ready" }));
  }

  // Let what the cell writes itself leave at once too: Node would keep much of it back, and then it came too late.
  recordStreams() {
    for (const [name, fd] of [["stdout", 1], ["stderr", 2]]) {
      const write = (chunk, encoding, done) => {
        writeAll(chunk);
        done();
      };
      const stream = Object.assign(new Writable({ write }), { fd, _type: "pipe" });
      Object.defineProperty(process, name, { configurable: true, enumerable: true, value: stream });
    }
  }

  // Tell what the cell prints, each call as one print, in the words that Node itself would print.
  recordConsole() {
    let level = "";
    const stream = (usual) =>
      new Writable({
        decodeStrings: false,
        write: (text, encoding, done) => {
          const told = String(text).replace(/\n$/, "");
          const more = told.length - CUT;
          const shown = more > 0 ? `${told.slice(0, CUT)} \u2026 ${more} more characters` : told;
          this.emit({ k: "print", id: this.current(), level: level || usual, text: shown });
          done();
        },
      });
    const ours = new Console({ stdout: stream("log"), stderr: stream("error"), colorMode: false, ignoreErrors: true });
    for (const name of Object.keys(ours)) {
      if (typeof ours[name] !== "function" || typeof console[name] !== "function") continue;
      console[name] = (...given) => {
        const before = level;
        level = before || (LEVELS[name] ?? "");
        try {
          return ours[name](...given);
        } finally {
          level = before;
        }
      };
    }
  }

  // Tell what nobody caught. Node then ends as it always does.
  recordErrors(amend) {
    process.on("uncaughtExceptionMonitor", (error) => {
      if (process.listenerCount("uncaughtException") > 0) return; // the cell catches it itself
      if (error instanceof Error) amend(error);
      const stack = error instanceof Error ? String(error.stack) : "";
      const place = /(?:^|[\s(])cell:(\d+)/.exec(stack);
      const text = error instanceof Error ? `${error.name}: ${error.message}` : `thrown: ${inspect(error)}`;
      const where = place ? `line ${place[1]}` : "";
      this.emit({ k: "raised", id: this.current() ?? this.culprit, text: text.slice(0, CUT), where });
    });
  }
}

module.exports = { Feed };
