// What the page's Rust code wants of the browser.

export const now = () => performance.now();

export const isIsolated = () => crossOriginIsolated;

/** Lets waiting tasks run. */
export const rest = () => new Promise((done) => setTimeout(done));

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
