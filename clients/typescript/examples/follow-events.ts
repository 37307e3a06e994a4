import { readFile, writeFile } from 'node:fs/promises'
import { createClient, eachEvent, eachItem } from 'larder-client'

const larder = createClient({
  baseUrl: process.env.LARDER_URL ?? 'http://127.0.0.1:8080',
  token: process.env.LARDER_TOKEN ?? '',
})

const readAll = async (): Promise<void> => {
  for await (const { uid, state } of eachItem(larder.listMedia)) console.log(`${uid} ${state}`)
}

// Lost connections and restarts are no gap: the stream goes on after its last event. This file makes it so for a restart
// of this program, too. A `reset` says that events may be missing, so everything is read again.
const file = 'last-event'
const after = await readFile(file, 'utf8').catch(() => null)
if (after === null) await readAll()
for await (const { id, type, data } of eachEvent(larder, after === null ? {} : { after })) {
  if (type === 'reset') await readAll()
  else console.log(`${type} ${JSON.stringify(data)}`)
  if (id !== null) await writeFile(file, id)
}
