// Finds the files that the origin keeps for a store, and damages one of them.
// Arguments: the store, the file's name, where to write ("whole", "middle" or "header"). Returns the file's size.
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
const [, handle, size] = found.find(([its]) => its === name) ?? [];
if (!handle) throw new Error(`no ${name} among ${found.map(([its]) => its)}`);

const from = { whole: HEADER, middle: HEADER + Math.floor((size - HEADER) / 2), header: 0 }[where];
const upto = { whole: size, middle: Math.min(size, from + 40_000), header: 600 }[where];
const garbage = new Uint8Array(upto - from).map((_, i) => (i * 7919 + 13) % 251);
// The worker that had the files open may still be ending.
for (let attempt = 0; ; attempt += 1) {
  try {
    const writable = await handle.createWritable({ keepExistingData: true });
    await writable.write({ type: "write", position: from, data: garbage });
    await writable.close();
    return size;
  } catch (error) {
    if (attempt > 200) throw error;
    await sleep(25);
  }
}
