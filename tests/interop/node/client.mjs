// LiveStore for TypeScript as a client that is told what to do, a JSON object a line, and answers with one.
//
// Run as the text of `node --eval` in the folder that its packages are in, with the server's URL, the store's id, the
// client's id, the transport and, if wanted, a payload.

import { createInterface } from 'node:readline'

import WebSocket from 'ws'

// Node has none before version 22, and without one LiveStore never connects and says nothing.
globalThis.WebSocket ??= WebSocket

// Its HTTP client sets a length that node's `fetch` wants to count itself, and refuses.
const { fetch } = globalThis
globalThis.fetch = (input, init) => {
  const headers = new Headers(init?.headers)
  headers.delete('content-length')
  return fetch(input, { ...init, headers })
}

const { makeAdapter } = await import('@livestore/adapter-node')
const { createStorePromise, Events, makeSchema, queryDb, Schema, State } = await import('@livestore/livestore')
const { makeHttpSync, makeWsSync } = await import('@livestore/sync-cf/client')

const [url, storeId, clientId, transport, payload] = process.argv.slice(1)

// The same as the schema in `src/todos.rs`.
const events = {
  todoCreated: Events.synced({
    name: 'v1.TodoCreated',
    schema: Schema.Struct({ id: Schema.String, text: Schema.String, weight: Schema.optional(Schema.Number) }),
  }),
  todoCompleted: Events.synced({ name: 'v1.TodoCompleted', schema: Schema.Struct({ id: Schema.String }) }),
}
const todos = State.SQLite.table({
  name: 'todos',
  columns: {
    id: State.SQLite.text({ primaryKey: true }),
    text: State.SQLite.text({ default: '' }),
    weight: State.SQLite.real({ nullable: true }),
    completed: State.SQLite.boolean({ default: false }),
  },
})
const materializers = State.SQLite.materializers(events, {
  'v1.TodoCreated': ({ id, text, weight }) => todos.insert({ id, text, weight: weight ?? null, completed: false }),
  'v1.TodoCompleted': ({ id }) => todos.update({ completed: true }).where({ id }),
})
const schema = makeSchema({ events, state: State.SQLite.makeState({ tables: { todos }, materializers }) })

const backend = transport === 'http' ? makeHttpSync({ url, livePull: { pollInterval: 200 } }) : makeWsSync({ url })
const store = await createStorePromise({
  adapter: makeAdapter({ storage: { type: 'in-memory' }, clientId, sync: { backend } }),
  schema,
  storeId,
  ...(payload === undefined ? {} : { syncPayload: JSON.parse(payload) }),
  disableDevtools: true,
})

const commands = {
  create: ({ id, text, weight }) => {
    store.commit(events.todoCreated(weight === undefined ? { id, text } : { id, text, weight }))
  },
  complete: ({ id }) => store.commit(events.todoCompleted({ id })),
  list: () => store.query(queryDb(todos.orderBy('id', 'asc'))),
}

console.log(JSON.stringify({ ready: true }))
for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...args } = JSON.parse(line)
  try {
    console.log(JSON.stringify({ answer: (await commands[command](args)) ?? null }))
  } catch (error) {
    console.log(JSON.stringify({ error: String(error?.stack ?? error) }))
  }
}
process.exit(0)
