// Servers of the cell, recorded: the lab's relay owns the port that the cell names, Node listens on another one behind it.
//
//     listen(8080)  ──►  "may I have 8080?"  ──►  the relay listens on 127.0.0.1 and ::1   ──►  Node listens on 127.0.0.1:0
//     address()     ──►  port 8080, as asked
//
// Everything else stays as Node does it, at the same moment: `listen` returns at once, a taken port is its EADDRINUSE. What
// cannot be relayed (a Unix socket, an address that is not loopback) is Node's own affair, and said.
"use strict";

const net = require("node:net");
const { constants } = require("node:os");

const LOOPBACK = new Map([["localhost", "127.0.0.1"], ["127.0.0.1", "127.0.0.1"], ["::1", "::1"]]);

// What a call of `listen` asks for, read as Node reads it.
function understood(given) {
  const [first, second, third] = given;
  const call = given.findLast((each) => typeof each === "function");
  if (given.length === 0 || typeof first === "function") return { port: 0, call };
  if (typeof first === "object" && first !== null) {
    if (first._handle || first.handle || typeof first.fd === "number" || first instanceof net.Server) return { other: "a handle it was given", call };
    const port = first.port === null || ("port" in first && first.port === undefined) ? 0 : first.port;
    if (port === undefined && first.path !== undefined) return { other: `the socket ${String(first.path)}`, call };
    return { port, host: first.host, backlog: first.backlog, signal: first.signal, call };
  }
  if (typeof first === "string" && first !== "" && Number.isNaN(Number(first))) return { other: `the socket ${first}`, call };
  const host = typeof second === "string" ? second : undefined;
  const backlog = [second, third].find((each) => typeof each === "number");
  return { port: first ?? 0, host, backlog, call };
}

// Whether Node would take it as a port.
function isPort(port) {
  if (typeof port === "string" && port.trim() === "") return false;
  return ["number", "string"].includes(typeof port) && Number.isInteger(Number(port)) && Number(port) >= 0 && Number(port) <= 65535;
}

// The error that Node raises for a port that is taken.
function taken(shown, port, site) {
  const error = new Error(`listen EADDRINUSE: address already in use ${shown}:${port}`);
  Object.assign(error, { code: "EADDRINUSE", errno: -constants.errno.EADDRINUSE, syscall: "listen", address: shown, port });
  error.stack = `${error.name}: ${error.message}\n${site.stack.split("\n").slice(1).join("\n")}`;
  return error;
}

function recordListening(feed, control) {
  const { prototype } = net.Server;
  const { listen, address } = prototype;
  const relayed = new WeakMap(); // server -> what it says of itself

  prototype.listen = function ours(...given) {
    const wanted = understood(given);
    if (this._handle) return listen.apply(this, given); // raises: it listens already
    if (wanted.other !== undefined) {
      feed.emit({ k: "unrecorded", text: wanted.other, advice: "listen on a port" });
      return listen.apply(this, given);
    }
    if (!isPort(wanted.port)) return listen.apply(this, given); // raises, in Node's own words
    const port = Number(wanted.port);
    const shown = wanted.host ? LOOPBACK.get(String(wanted.host).toLowerCase()) : "::";
    if (shown === undefined) {
      feed.emit({ k: "unrecorded", text: `${wanted.host}, port ${port}`, advice: "leave the host out, or write 127.0.0.1" });
      return listen.apply(this, given);
    }
    const site = {};
    Error.captureStackTrace(site, ours);
    const answer = control.ask({ k: "listen", port });
    if (answer === null || answer.port === undefined) {
      const error = answer?.taken ? taken(shown, port, site) : new Error(answer?.text ?? "the lab gave no answer within 20 s");
      if (wanted.call) this.once("listening", wanted.call);
      process.nextTick(() => this.emit("error", error));
      return this;
    }
    relayed.set(this, { address: shown, family: shown.includes(":") ? "IPv6" : "IPv4", port: answer.port });
    this.prependOnceListener("listening", () => {
      feed.emit({ k: "listening", ask: answer.ask, port: address.call(this).port });
    });
    this.prependOnceListener("close", () => {
      relayed.delete(this);
      feed.emit({ k: "unlisten", ask: answer.ask });
    });
    const { backlog, signal, call } = wanted;
    const rest = call ? [call] : [];
    // A handle, where that is to be had: then it listens when this returns, as it would on the port that was named.
    const handle = signal ? null : net._createServerHandle?.("127.0.0.1", 0, 4);
    if (typeof handle !== "object" || handle === null) {
      return listen.call(this, { port: 0, host: "127.0.0.1", backlog, signal }, ...rest);
    }
    return listen.call(this, handle, ...(backlog === undefined ? rest : [backlog, ...rest]));
  };

  prototype.address = function () {
    const told = this._handle ? relayed.get(this) : undefined;
    return told ? { ...told } : address.call(this);
  };
}

module.exports = { recordListening };
