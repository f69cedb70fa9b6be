// Rules 1 to 20 as a page sees them: the twin, line by line, of `python` in test_same_events.py.
async ([port, cases]) => {
  const notes = [], given_up = [];
  const note = (rule, ...values) => notes.push([rule, ...values]);
  const tried = (f, ...given) => { try { return f(...given); } catch (error) { return error.name; } };
  const url_of = (...given) => {
    const socket = new WebSocket(...given);
    given_up.push(over(socket));
    socket.close();
    return socket.url;
  };
  const over = (socket) => new Promise((done) => socket.addEventListener("close", done));
  const heard = async (socket) => {
    const events = [];
    socket.onopen = () => events.push(["open", socket.readyState, socket.protocol, socket.extensions]);
    socket.onmessage = (event) => events.push(["message", socket.readyState, event.data]);
    socket.onerror = () => events.push(["error", socket.readyState]);
    socket.onclose = (event) => events.push(["close", socket.readyState, event.code, event.reason, event.wasClean]);
    await over(socket);
    return events;
  };
  const without_base = (url) => new Promise((done) => {  // a worker that was made of a data: URL has none to resolve against
    const code = `let r; try { r = new WebSocket(${JSON.stringify(url)}).url } catch (e) { r = e.name }; postMessage(r)`;
    new Worker("data:text/javascript," + encodeURIComponent(code)).onmessage = (event) => done(event.data);
  });
  const states = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"];
  const at = `ws://127.0.0.1:${port}`;

  const socket = new WebSocket(`${at}/say`, ["a", "b"]);
  note(1, states.map((name) => WebSocket[name]), states.map((name) => socket[name]));
  for (const name of states)
    WebSocket[name] = socket[name] = 9;
  note(1, states.map((name) => WebSocket[name]), states.map((name) => socket[name]));
  note(2, socket.readyState, socket.protocol, socket.extensions, socket.bufferedAmount, socket.binaryType);
  note(2, socket.onopen, socket.onmessage, socket.onerror, socket.onclose);
  for (const name of ["url", "readyState", "bufferedAmount", "protocol", "extensions"])
    socket[name] = 9;
  note(3, socket.url === `${at}/say`, socket.readyState, socket.bufferedAmount, socket.protocol, socket.extensions);
  note(3, await heard(socket), socket.readyState);
  note(4, tried(url_of));
  for (const rest of cases["paths"])
    note(5, rest, url_of(at + rest));
  for (const rest of cases["escapes"])
    note(6, rest, url_of(at + rest));
  note(6, "lone surrogate", url_of(at + "/a\ud83d"));
  for (const url of cases["letters"])
    note(7, url, url_of(url));
  for (const url of cases["ports"])
    note(8, url, url_of(url));
  for (const url of cases["http"])
    note(9, url, url_of(url));
  for (const url of cases["names"])
    note(10, url, url_of(url));
  for (const rest of cases["dots"])
    note(10, rest, url_of(" \x1f" + at + rest));
  for (const user of cases["users"])
    note(11, user, url_of(`ws://${user}@127.0.0.1:${port}/`));
  for (const url of cases["relative"])
    note(11, url, url_of(url));
  for (const url of cases["relative"])
    note(12, url, await without_base(url));
  for (const rest of cases["fragments"])
    note(13, rest, tried(url_of, at + rest));
  for (const url of cases["schemes"])
    note(14, url, tried(url_of, url));
  for (const url of cases["unparsable"])
    note(15, url, tried(url_of, url));
  for (const name of cases["no tokens"])
    note(16, name, tried(url_of, at, name), tried(url_of, at, ["a", name]));
  for (const names of cases["twice"])
    note(17, names, tried(url_of, at, names));
  for (const names of cases["offers"])
    note(18, names, await heard(new WebSocket(`${at}/say?choose=${names.length ? "first" : "none"}`, names)));
  const chosen = new WebSocket(`${at}/say?choose=last`, ["a", "b", "c"]);
  note(19, chosen.protocol, await heard(chosen), chosen.protocol);
  for (const choose of cases["choices"])
    note(20, choose, await heard(new WebSocket(`${at}/say?choose=${choose}`)));
  await Promise.all(given_up);
  return notes;
}
