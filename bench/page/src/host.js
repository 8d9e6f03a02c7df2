// What the page's Rust code wants of the browser.

export const now = () => performance.now();

export const isIsolated = () => crossOriginIsolated;

/** Lets waiting tasks run. */
export const rest = () => new Promise((done) => setTimeout(done));

/** Waits for a while. */
export const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Waits for the next animation frame. */
export const frame = () => new Promise(requestAnimationFrame);

/** Asks the server; resolves to the answer's text. */
export async function request(method, path, body) {
  const response = await fetch(path, { method, body });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  return response.text();
}

/** Every row of a table as a line: its cells, separated by bars. */
export const content = (table) =>
  Array.from(table.rows, (row) => Array.from(row.cells, (cell) => cell.textContent).join("|")).join("\n");

/**
 * Waits until a table has so many rows, of which so many are done.
 *
 * Resolves to two times: when the page was told of the change that made it so, and when the second animation frame
 * after that began.
 */
export function watch(table, rows, done) {
  const isAsExpected = () =>
    table.rows.length === rows &&
    Array.from(table.rows).filter((row) => row.cells[2].textContent === "done").length === done;
  return new Promise((resolve, reject) => {
    const observer = new MutationObserver(() => {
      const dom = performance.now();
      if (!isAsExpected()) return;
      observer.disconnect();
      clearTimeout(timeout);
      requestAnimationFrame(() => requestAnimationFrame(() => resolve([dom, performance.now()])));
    });
    const timeout = setTimeout(() => reject(new Error(`no table of ${rows} rows, ${done} done`)), 20_000);
    observer.observe(table, { childList: true, subtree: true, characterData: true });
  });
}

/** Whether this is the program with the next version of the schema: it is served from a folder of its own. */
export const isNext = () => new URL(import.meta.url).pathname.startsWith("/next/");

const others = new BroadcastChannel("livestore-bench");

/** Says a word to the other tabs. */
export const say = (word) => others.postMessage(word);

/** Waits until another tab says a word; listens from now on. */
export const hear = (word) =>
  new Promise((heard) => others.addEventListener("message", (event) => event.data === word && heard()));

/** Starts a worker with this program, which finds its task by `workerTask`; messages wait for `nextOf`. */
export function startWorker(glue, module, task) {
  const script = `import init from ${JSON.stringify(glue)};
    self.onmessage = async ({ data }) => {
      self.onmessage = null;
      self.__benchTask = data.task;
      await init({ module_or_path: data.module });
    };`;
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module" });
  const came = [];
  const waiting = [];
  const take = (message) => (waiting.length ? waiting.shift()(message) : came.push(message));
  worker.onmessage = (event) => take(event.data);
  worker.onerror = (event) => take({ failure: event.message ?? "it did not start" });
  worker.postMessage({ module, task });
  return { worker, next: () => (came.length ? Promise.resolve(came.shift()) : new Promise((next) => waiting.push(next))) };
}

/** Waits for a worker's next message; throws what it failed with. */
export async function nextOf(started) {
  const { value, failure } = await started.next();
  if (failure) throw new Error(failure);
  return value;
}

/** The task of this worker, if this is one. */
export const workerTask = () => globalThis.__benchTask;

/** Answers the page that has started this worker; a buffer is handed over. */
export const answer = (value) => postMessage({ value }, value instanceof ArrayBuffer ? [value] : []);

export const answerFailure = (failure) => postMessage({ failure });
