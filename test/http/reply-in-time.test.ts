import { expect } from 'chai'
import { createMemoryImageFileRepository } from '../../src/adapters/memory/memory-image-file-repository.ts'
import { createMemoryObjectStore } from '../../src/adapters/memory/memory-object-store.ts'
import type { Larder } from '../../src/composition/larder.ts'
import { pipe, TE } from '../../src/fp.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import { exchange } from '../support/exchange.ts'
import { type SeededImage, seedImage } from '../support/library.ts'
import { createMemoryLarder, createStandingClock, listen, type TestServer } from '../support/memory-larder.ts'
import { pollUntilTrue } from '../support/processes.ts'

/** Creates a gate that withholds results until the test opens it. */
const createGate = () => {
  let open = () => {}
  let opened = Promise.resolve()
  const after = <E, A>(task: TE.TaskEither<E, A>): typeof task =>
    pipe(
      TE.fromTask(() => opened),
      TE.flatMap(() => task),
    )
  const close = () => {
    opened = new Promise((resolve) => {
      open = resolve
    })
  }
  return { after, close, open: () => open() }
}

describe('[V21] a request, whatever dependency it waits for', () => {
  const { clock } = createStandingClock()
  const [database, store, stream] = [createGate(), createGate(), createGate()]
  let larder: Larder
  let server: TestServer
  let images: ReadonlyArray<SeededImage>

  before(async () => {
    const files = createMemoryImageFileRepository(clock)
    const objects = createMemoryObjectStore()
    const late: ObjectStore['read'] = (key, range) =>
      pipe(
        store.after(objects.read(key, range)),
        TE.map((found) => {
          if (found._tag === 'None') return found
          const { value } = found
          async function* bytes() {
            await stream.after(TE.right(null))()
            yield* value
          }
          return { _tag: 'Some', value: bytes() }
        }),
      )
    larder = await createMemoryLarder({
      clock,
      imageFiles: {
        ...files,
        listExports: (uid) => database.after(files.listExports(uid)),
        findExport: (uid) => database.after(files.findExport(uid)),
      },
      store: { ...objects, read: late },
    })
    server = await listen(larder, undefined, { replyMilliseconds: 50 })
    images = await Promise.all(
      [1, 2, 3, 4].map((n) => seedImage(larder, [Buffer.from(`the bytes of picture ${n}`)])),
    )
  })
  after(() => server.close())

  const list = ({ uid, jwt }: SeededImage) =>
    exchange(`${server.base}/api/1/image_files/playlist/${uid}?jwt=${jwt}&presign=none`)
  const bytes = ({ exports, jwt }: SeededImage) =>
    exchange(`${server.base}/api/1/image_files/image/${exports[0]?.uid}.webp?jwt=${jwt}`)

  const waits = [
    ['for a list, of a database that does not answer', database, list],
    ['for bytes, of a database that does not answer', database, bytes],
    ['for bytes, of a store that does not answer', store, bytes],
    ['for bytes, of a store that opens a stream and gives no byte', stream, bytes],
  ] as const
  for (const [index, [what, gate, ask]] of waits.entries())
    it(`gets 503 at the deadline, and succeeds later: ${what}`, async () => {
      const image = images[index] as SeededImage
      gate.close()
      const refused = await ask(image)
      expect(refused.status).to.equal(503)
      expect(refused.headers['retry-after']).to.equal('2')
      expect(refused.headers['cache-control']).to.equal('no-store')
      gate.open()
      await pollUntilTrue(async () => (await ask(image)).status === 200)
    })
})
