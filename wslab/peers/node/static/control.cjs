// What the kernel tells Node: lines of JSON on stdin, read by a Worker, so that they are heard while the cell computes.
//
//     {answer, ...}    the answer to the question of that number
//     {ports}          where the lab's servers listen now
//
// The Worker is also what makes sure that Node never outlives the kernel (worker.cjs).
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { MessageChannel, Worker, receiveMessageOnPort } = require("node:worker_threads");

const LIMIT = 20000; // milliseconds that an answer may take: only a lab that hangs takes so long
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]", "::1"]);

// Read stdin up to its first line break; what came behind it is handed on.
function readFirstLine() {
  const parts = [];
  const chunk = Buffer.alloc(65536);
  for (;;) {
    const count = fs.readSync(0, chunk);
    if (count === 0) process.exit(1); // the kernel is gone
    const stop = chunk.subarray(0, count).indexOf(10);
    parts.push(Buffer.from(chunk.subarray(0, stop < 0 ? count : stop)));
    if (stop >= 0) return { line: Buffer.concat(parts).toString(), rest: Buffer.from(chunk.subarray(stop + 1, count)).toString() };
  }
}

// Start the Worker. Returns what the parts of this program ask it.
function startControl(config, rest, feed) {
  const { port1: ours, port2: theirs } = new MessageChannel();
  const count = new Int32Array(new SharedArrayBuffer(4)); // grows with every message that the Worker has passed on
  const worker = new Worker(path.join(__dirname, "worker.cjs"), {
    workerData: { port: theirs, count, rest, kernel: config.kernel, run: process.env.WSLAB_NODE_RUN ?? "" },
    transferList: [theirs],
    execArgv: [],
    env: {},
  });
  worker.unref();
  ours.unref();
  worker.on("error", (error) => {
    throw error; // without it, Node could outlive the kernel
  });
  const answers = new Map();
  let ports = new Set(config.ports);
  let asked = 0;

  // Take what the Worker has passed on.
  function take() {
    for (let found = receiveMessageOnPort(ours); found !== undefined; found = receiveMessageOnPort(ours)) {
      const { message } = found;
      if (message.answer !== undefined) answers.set(message.answer, message);
      else if (message.ports !== undefined) ports = new Set(message.ports);
    }
  }

  // Ask the kernel something and wait: listening is immediate in Node, so it has to be here. Null when there is no answer.
  function ask(item) {
    const number = ++asked;
    const deadline = Date.now() + LIMIT;
    feed.emit({ ...item, ask: number });
    for (;;) {
      const seen = Atomics.load(count, 0);
      take();
      if (answers.has(number)) {
        const answer = answers.get(number);
        answers.delete(number);
        return { ...answer, ask: number };
      }
      const left = deadline - Date.now();
      if (left <= 0) return null;
      Atomics.wait(count, 0, seen, left);
    }
  }

  // The marker for a URL of one of the lab's servers: {url, n}, or null for any other.
  function marker(text) {
    take();
    const url = new URL(text);
    const port = Number(url.port) || 80;
    if (url.protocol !== "ws:" || !LOOPBACK.has(url.hostname) || !ports.has(port)) return null;
    const n = ++feed.marked;
    return { n, url: mark(text, n) };
  }

  // Add a marker as the last query parameter, to a URL or to a path.
  function mark(text, n) {
    return `${text}${text.includes("?") ? "&" : "?"}wslab-marker=${config.key}.${n}`;
  }

  return { ask, marker };
}

module.exports = { readFirstLine, startControl };
