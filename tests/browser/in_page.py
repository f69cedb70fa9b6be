"""What a test's notebook runs in its page: JavaScript that asks JupyterLab's own model, which knows more than the page shows."""

from __future__ import annotations

_AGAIN = 5_000  # milliseconds until a kernel that has not answered is asked again

# anywidget gives a widget two seconds, from when its model is made, to load its module; a busy page is slow, not broken.
PATIENCE = """() => {
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = (limit) => timeout(30 * limit);
}"""

# JupyterLab asks a kernel once who it is, and waits for the answer for ever: a kernel that had to be started again meanwhile
# has not heard the question. So it is asked until it answers.
ANSWERS = f"""async (kernel) => {{
  const never = new Promise(() => {{}}), later = () => new Promise((late) => setTimeout(late, {_AGAIN}));
  while (!await Promise.race([kernel.requestKernelInfo().catch(() => never), later()]));
}}"""
# Gives "" when all is there, else how far it has come.
READY = f"""async ([path, limit]) => {{
  const {{ restored, shell }} = window.jupyterapp, open = () => shell.currentWidget?.context?.path === path;
  const kernel = () => shell.currentWidget?.sessionContext?.session?.kernel;
  let come = 'nothing';
  const ready = async () => {{
    await restored;
    while (!open()) await new Promise((next) => setTimeout(next, 20));
    const {{ context, sessionContext }} = shell.currentWidget;
    await context.ready;
    come = 'the document';
    await sessionContext.ready;
    come = 'the session';
    if (kernel()) await ({ANSWERS})(kernel());
    return Boolean(kernel());
  }};
  if (await Promise.race([ready(), new Promise((late) => setTimeout(() => late(false), limit))])) return '';
  return `only ${{come}} has come; the kernel is ${{kernel()?.status}}, its connection ${{kernel()?.connectionStatus}}`;
}}"""
# ipywidgets looks for the model of an output for two seconds only. If the kernel tells of all models at that very moment, the
# output says for ever that there is none; a busy page is often that late. What says so is drawn once more: the models are here.
REDRAWN = """async (limit) => {
  const end = Date.now() + limit, areas = () => window.jupyterapp.shell.currentWidget.content.widgets
    .filter((cell) => cell.model.type === 'code').map(({ outputArea }) => outputArea);
  const say = (words) => areas().filter((area) => area.node.textContent.includes(words));
  while (say('Loading widget...').length && Date.now() < end) await new Promise((next) => setTimeout(next, 20));
  for (const { model } of say('Error displaying widget: model not found')) model.fromJSON(model.toJSON());
}"""
# By the model, not by the page: the number is set when the kernel has answered, and JupyterLab draws it afterwards.
DONE = """(wanted) => {
  const cells = window.jupyterapp.shell.currentWidget.content.widgets.filter((cell) => cell.model.type === 'code');
  const chosen = wanted === null ? cells : [cells[wanted]];
  return cells.length > 0 && chosen.every(({ model }) => model.executionCount && model.executionState !== 'running');
}"""
# In one step, so that no focus that comes late makes another cell the active one in between. The number of the last run goes
# first, so that waiting means this run. Gives the cell's place among code cells.
RUN = """(index) => {
  const notebook = window.jupyterapp.shell.currentWidget.content, cell = notebook.widgets[index];
  notebook.activeCellIndex = index;
  notebook.deselectAll();
  if (cell.model.type === 'code') cell.model.executionCount = null;
  window.jupyterapp.commands.execute('notebook:run-cell').catch(() => {});
  return notebook.widgets.slice(0, index).filter((each) => each.model.type === 'code').length;
}"""
# By the model: on the page, an error looks like any text on stderr.
RAISED = """(wanted) => {
  const cells = window.jupyterapp.shell.currentWidget.content.widgets.filter((cell) => cell.model.type === 'code');
  return (wanted === null ? cells : [cells[wanted]])
    .filter((cell) => !(cell.model.getMetadata('tags') ?? []).includes('raises-exception'))
    .flatMap((cell) => cell.model.outputs.toJSON())
    .filter((output) => output.output_type === 'error').map((output) => `${output.ename}: ${output.evalue}`);
}"""
EXECUTE = """async (code) => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({ code, silent: false, store_history: false });
  let text = '', error = null;
  future.onIOPub = (message) => {
    if (message.header.msg_type === 'stream') text += message.content.text;
    if (message.header.msg_type === 'error') error = `${message.content.ename}: ${message.content.evalue}`;
  };
  await future.done;
  return { text, error };
}"""
# Over as soon as the kernel has begun with it.
BEGIN = """(code) => new Promise((begun, failed) => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({ code, silent: false, store_history: false });
  future.onIOPub = (message) => { if (message.header.msg_type === 'execute_input') begun(); };
  future.done.catch(failed);
})"""
