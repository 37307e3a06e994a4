import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAdapters } from '../../src/composition/adapters.ts'
import { createLarderServer } from '../../src/composition/http.ts'
import { createServices } from '../../src/composition/larder.ts'
import { loadSettings } from '../../src/composition/load-settings.ts'
import { E, type TE } from '../../src/fp.ts'
import { createDistantStore } from './distant-store.ts'

// A Larder process that counts its calls of the database and of the store. It replies to each message with
// the counts. Argument: the delay of the store's first byte in milliseconds, in addition to the time that a
// folder takes.

const storeMs = Number(process.argv[2])
const config = loadSettings(process.env)
if (E.isLeft(config)) throw new Error(config.left.join('\n'))
const { close, ...adapters } = await createAdapters(config.right)
const counts = { queries: 0, reads: 0 }

/**
 * Wraps a method of a port, so that each call increments a counter. Each repository method is one statement.
 */
const counted =
  <A extends ReadonlyArray<unknown>, L, B>(
    method: (...args: A) => TE.TaskEither<L, B>,
    counter: keyof typeof counts,
  ) =>
  (...args: A): TE.TaskEither<L, B> =>
  () => {
    counts[counter] += 1
    return method(...args)()
  }

const { contentFiles } = adapters
const store = storeMs > 0 ? createDistantStore(adapters.store, storeMs) : adapters.store
const counting = {
  ...adapters,
  contentFiles: {
    ...contentFiles,
    find: counted(contentFiles.find, 'queries'),
    findVod: counted(contentFiles.findVod, 'queries'),
    listParts: counted(contentFiles.listParts, 'queries'),
    findPart: counted(contentFiles.findPart, 'queries'),
  },
  store: { ...store, read: counted(store.read, 'reads') },
}
const larder = { ...counting, ...createServices(counting, config.right) }
const { server } = createLarderServer(larder, config.right)
server.listen(0, '127.0.0.1')
await once(server, 'listening')

process.on('message', () => process.send?.(counts))
process.once('disconnect', async () => {
  server.closeAllConnections()
  server.close()
  await close()
  process.exit()
})
process.send?.({ port: (server.address() as AddressInfo).port })
