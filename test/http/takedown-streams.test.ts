import { once } from 'node:events'
import { connect } from 'node:net'
import { expect } from 'chai'
import { createMemoryObjectStore } from '../../src/adapters/memory/memory-object-store.ts'
import type { Larder } from '../../src/composition/larder.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'
import { aNewFileJob, aNewImageFile } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { type SeededImage, seedImage } from '../support/library.ts'
import {
  bearer,
  createMemoryLarder,
  createStandingClock,
  listen,
  type TestServer,
} from '../support/memory-larder.ts'
import { createRecordingLog } from '../support/recording-log.ts'

/** More than the buffers of both ends of a connection hold. */
const longBody = 64 * 2 ** 20

describe('streams of a file that is taken down', () => {
  let larder: Larder
  let server: TestServer
  const { clock } = createStandingClock()
  beforeEach(async () => {
    larder = await createMemoryLarder({ clock })
    server = await listen(larder)
  })
  afterEach(() => server.close())

  /** Requests an export and reads nothing but the first bytes. Returns when the server has broken the connection. */
  const stall = async (image: SeededImage) => {
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => undefined)
    const path = `/api/1/image_files/image/${image.exports[0]?.uid}.webp?jwt=${image.jwt}`
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
    const [first] = (await once(socket, 'data')) as [Buffer]
    socket.pause()
    return { head: first.toString('latin1'), socket }
  }
  const readToEnd = async (socket: Awaited<ReturnType<typeof stall>>['socket']): Promise<number> => {
    let bytes = 0
    socket.on('data', (piece) => {
      bytes += piece.length
    })
    socket.resume()
    await once(socket, 'close')
    return bytes
  }

  it('break off, also those of slow clients, and those of other files go on', async () => {
    const body = Buffer.alloc(longBody, 'x')
    const [image, other] = [await seedImage(larder, [body]), await seedImage(larder, [body])]
    const [slow, kept] = [await stall(image), await stall(other)]
    expect(slow.head).to.match(/^HTTP\/1.1 200/)
    await right(larder.trashService.delete(image.uid, 'take down'))
    expect(await readToEnd(slow.socket)).to.be.below(longBody)
    kept.socket.destroy()
    expect(kept.socket.bytesRead).to.be.above(0)
    expect((await stall(image)).head).to.match(/^HTTP\/1.1 403/)
  })

  it('are no damage in the log, although their objects are gone', async () => {
    const { log, entries } = createRecordingLog()
    const memory = createMemoryObjectStore(clock)
    const erased: { uid: string; done: boolean } = { uid: '', done: false }
    const store: ObjectStore = {
      ...memory,
      // The file is erased after its reader was admitted, and before the store answers.
      read: (key, range) => async () => {
        if (erased.uid !== '' && !erased.done) {
          erased.done = true
          await right(logging.trashService.delete(erased.uid, 'erase'))
        }
        return memory.read(key, range)()
      },
    }
    const logging = await createMemoryLarder({ clock, log, store })
    const own = await listen(logging)
    try {
      const image = await seedImage(logging)
      erased.uid = image.uid
      const path = `/api/1/image_files/image/${image.exports[0]?.uid}.webp`
      const reply = await own.get(path, bearer(image.jwt)).catch(() => null)
      expect([reply, erased.done]).to.deep.equal([null, true])
    } finally {
      await own.close()
    }
    expect(entries.map(({ event }) => event)).not.to.include('request.bad_origin')
  })

  it('break off if their reply was replayed from memory', async () => {
    // The largest blob that memory caches.
    const image = await seedImage(larder, [Buffer.alloc(4 * 2 ** 20, 'x')])
    const path = `/api/1/image_files/image/${image.exports[0]?.uid}.webp`
    for (let n = 0; n < 3; n += 1) await (await server.get(path, bearer(image.jwt))).arrayBuffer()
    const sockets = []
    let replayed = 0
    const moment = larder.openStreams.moment()
    for (let n = 0; n < 4; n += 1) sockets.push((await stall(image)).socket)
    await right(larder.trashService.delete(image.uid, 'take down'))
    expect(larder.openStreams.isEnded(image.uid, moment)).to.equal(true)
    for (const socket of sockets) if ((await readToEnd(socket)) < 4 * 2 ** 20) replayed += 1
    expect(replayed).to.be.above(0)
  })

  it('of events end at once', async () => {
    const file = aNewImageFile()
    await right(larder.imageFiles.add(file, aNewFileJob()))
    const jwt = await right(larder.tokens.mint('image', file.uid, 60))
    const reply = await server.get(`/api/1/image_files/${file.uid}/status`, {
      headers: { authorization: `bearer ${jwt}`, accept: 'text/event-stream' },
    })
    const reader = reply.body?.getReader()
    await reader?.read()
    await right(larder.trashService.delete(file.uid, 'take down'))
    const ended = (async () => {
      for (;;) {
        const piece = await reader?.read()
        if (piece === undefined || piece.done) return 'ended'
      }
    })()
    expect(await ended.catch(() => 'broken')).to.be.oneOf(['ended', 'broken'])
  })

  it('begin no more if their reader found the file before', async () => {
    const image = await seedImage(larder)
    const viewer = {
      kind: 'image' as const,
      jwt: image.jwt,
      carrier: 'header' as const,
      grant: await right(larder.tokens.verify('image', image.jwt)),
    }
    const uid = image.exports[0]?.uid ?? expect.fail()
    const { value: bytes } = await right(larder.exports.openImage(uid, viewer))
    await right(larder.trashService.delete(image.uid, 'take down'))
    const read = await bytes.read({ start: 0, end: 5 })()
    expect(read).to.deep.include({ _tag: 'Left' })
    let ends = 0
    larder.openStreams.open(bytes.ofFile.file, bytes.ofFile.since, () => {
      ends += 1
    })
    expect(ends).to.equal(1)
  })
})
