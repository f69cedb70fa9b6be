// Reads stdin for the cell, in a thread of its own: the cell may compute for ever and this still runs.
//
// When stdin ends, or the parent is no longer the kernel, the kernel is gone, however it went. Then Node and everything it has
// started is killed: its process group, and on Linux also what left the group (it still carries the run's mark).
"use strict";

const fs = require("node:fs");
const net = require("node:net");
const { workerData } = require("node:worker_threads");

const { port, count, rest, kernel, run } = workerData;
const LOOK = 1000; // milliseconds between two looks at the parent

// Kill what this run has started and what is no longer in its process group.
function killStrays() {
  if (process.platform !== "linux" || !run) return;
  for (const name of fs.readdirSync("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    try {
      if (fs.readFileSync(`/proc/${name}/environ`, "latin1").includes(`WSLAB_NODE_RUN=${run}\0`)) process.kill(Number(name), "SIGKILL");
    } catch {
      // it has gone, or is another user's
    }
  }
}

// Kill everything of this run, and with it this process.
function killAll() {
  try {
    killStrays();
  } finally {
    try {
      process.kill(process.platform === "win32" ? process.pid : -process.pid, "SIGKILL");
    } finally {
      process.kill(process.pid, "SIGKILL");
    }
  }
}

let waiting = rest;

// Pass on each whole line.
function take(text) {
  waiting += text;
  const lines = waiting.split("\n");
  waiting = lines.pop();
  for (const line of lines) {
    port.postMessage(JSON.parse(line));
    Atomics.add(count, 0, 1);
    Atomics.notify(count, 0);
  }
}

take("");
const stdin = new net.Socket({ fd: 0, readable: true, writable: false });
stdin.setEncoding("utf8");
stdin.on("data", take);
stdin.on("end", killAll);
stdin.on("close", killAll);
stdin.on("error", killAll);
setInterval(() => {
  if (process.platform !== "win32" && process.ppid !== kernel) killAll();
}, LOOK);
