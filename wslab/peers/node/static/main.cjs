// Runs a cell in Node. The kernel starts this file, and sends what it needs as the first line of stdin:
//
//     {code, prefix, key, ports, socket, kernel, ws}    code: the cell; prefix: begins a line of the feed; key: of this run's
//     markers; ports: where the lab's servers listen; socket: the text of socket.js; kernel: its process id; ws: a folder whose
//     node_modules holds `ws`, for a cell whose own folder has none; null where there is none either
//
// The cell is compiled from memory under the name `cell`: there is no file, so no folder of ours in any error, and nothing is
// left over. `require`, `import` and relative names work from the kernel's working folder, as in a file that lies there.
"use strict";

const Module = require("node:module");
const path = require("node:path");
const { Readable } = require("node:stream");
const { pathToFileURL } = require("node:url");
const vm = require("node:vm");

const { readFirstLine, startControl } = require("./control.cjs");
const { Feed } = require("./feed.cjs");
const { recordListening } = require("./listen.cjs");
const { recordNative, recordWs } = require("./ws.cjs");

// What Node has no words for: that we use its modules for virtual machines is not the learner's affair.
const warn = process.emitWarning;
process.emitWarning = function (warning, ...rest) {
  if (!String(warning).startsWith("VM Modules")) warn.call(process, warning, ...rest);
};

const { line, rest } = readFirstLine();
const config = JSON.parse(line);
const file = path.join(process.cwd(), "cell.js"); // nothing lies there: names are resolved from its folder
const feed = new Feed(config.prefix);
const control = startControl(config, rest, feed);
let unsettled = false; // a module whose top-level await never ends

process.argv = [process.argv[0], file];
process.execArgv = [];
Object.defineProperty(process, "stdin", {
  configurable: true,
  enumerable: true,
  value: Object.assign(Readable.from([]), { fd: -1, isTTY: false }), // ours: the cell has nobody who types
});

feed.recordStreams();
feed.recordConsole();
feed.recordErrors((error) => {
  if (unsettled && error.message === "require is not defined") {
    const words = "require is not defined in ES module scope; a cell with import or await at its top level is one: use import";
    error.stack = error.stack.replace(error.message, words);
    error.message = words;
  }
});
recordListening(feed, control);
recordWs(require, config.ws, feed, control);
recordNative(config.socket, feed, control);

// An `import` of the cell: from the working folder, else from where our `ws` lies.
function importer(from) {
  const module = new Module(from);
  module._compile("module.exports = (name) => import(name)", from);
  return module.exports;
}
const importHere = importer(file);
const importOurs = config.ws ? importer(path.join(config.ws, "cell.js")) : null;
async function imported(name) {
  try {
    return await importHere(name);
  } catch (error) {
    if (error?.code !== "ERR_MODULE_NOT_FOUND" || importOurs === null || /^[./]|^\w+:/.test(name)) throw error;
    return importOurs(name).catch(() => Promise.reject(error));
  }
}

// A module of the cell's own imports, in the shape that `link` wants.
async function linked(name) {
  const found = await imported(name);
  const names = Object.keys(found);
  return new vm.SyntheticModule(names, function () {
    for (const each of names) this.setExport(each, found[each]);
  });
}

const options = { importModuleDynamically: imported };

// The cell as CommonJS, else as an ES module. Where it is neither, the error is that of what it seems to be.
function compile() {
  try {
    const names = ["exports", "require", "module", "__filename", "__dirname"];
    return { script: vm.compileFunction(config.code, names, { ...options, filename: "cell" }) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    let other;
    try {
      const meta = (it) => Object.assign(it, { url: pathToFileURL(file).href });
      return { module: new vm.SourceTextModule(config.code, { ...options, identifier: "cell", initializeImportMeta: meta }) };
    } catch (reason) {
      other = reason;
    }
    throw /import statement|import\.meta|'export'|top level bodies of modules/.test(error.message) ? other : error;
  }
}

// Kept for as long as Node runs: a function that imports must not be collected before its import is done.
let cell;

async function runModule(module) {
  unsettled = true;
  process.on("exit", (code) => {
    if (unsettled && code === 0) process.exitCode = 13;
  });
  await module.link(linked);
  await module.evaluate();
  unsettled = false;
  feed.ready();
}

function run() {
  cell = compile();
  if (cell.module) {
    runModule(cell.module); // what it raises is raised: nobody catches it here
    return;
  }
  const module = new Module(file);
  module.filename = file;
  module.paths = Module._nodeModulePaths(process.cwd());
  const require = Module.createRequire(file);
  process.mainModule = require.main = module;
  Reflect.apply(cell.script, module.exports, [module.exports, require, module, file, process.cwd()]);
  feed.ready();
}

run();
