// Finds the files that the origin keeps for a store, and damages one of them.
// Arguments: the store, the file's name, where to write ("whole", "first", "middle", "end", "header" or "twin"). Returns the file's size.
const [store, name, where] = args;
const HEADER = 4096;
const sleep = (ms) => new Promise((go) => setTimeout(go, ms));

let folder = await navigator.storage.getDirectory();
for (const part of ["livestore", store, ".opaque"]) folder = await folder.getDirectoryHandle(part);
const found = [];
for await (const handle of folder.values()) {
  const file = await handle.getFile();
  const header = new TextDecoder().decode(await file.slice(0, 512).arrayBuffer());
  const its = header.replaceAll("\0", "").replace(/^\//, "");
  if (its) found.push([its, handle, file.size]);
}
if (where === "twin") {
  // Whatever pool file has no name is taken for it.
  const [, log] = found.find(([its]) => its === "eventlog.db");
  const header = await (await log.getFile()).slice(0, 516).arrayBuffer();
  for await (const handle of folder.values()) {
    if (found.some(([, other]) => other.name === handle.name)) continue;
    const writable = await handle.createWritable({ keepExistingData: true });
    await writable.write({ type: "write", position: 0, data: header });
    await writable.close();
    return 0;
  }
  throw new Error("every file has a name");
}
const [, handle, size] = found.find(([its]) => its === name) ?? [];
if (!handle) throw new Error(`no ${name} among ${found.map(([its]) => its)}`);

const middle = HEADER + Math.floor((size - HEADER) / 2);
const from = { end: size, whole: HEADER, first: HEADER, middle, header: 0 }[where];
const upto = { end: size, whole: size, first: HEADER + 8192, middle: Math.min(size, middle + 40_000), header: 600 }[where];
const garbage = new Uint8Array(upto - from).map((_, i) => (i * 7919 + 13) % 251);
// The worker that had the files open may still be ending.
for (let attempt = 0; ; attempt += 1) {
  try {
    const writable = await handle.createWritable({ keepExistingData: true });
    if (where === "end") await writable.truncate(middle);
    else await writable.write({ type: "write", position: from, data: garbage });
    await writable.close();
    return size;
  } catch (error) {
    if (attempt > 200) throw error;
    await sleep(25);
  }
}
