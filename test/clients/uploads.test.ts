import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect } from 'chai'

import {
  type Client,
  createClient,
  LarderError,
  type RunningUpload,
  startUpload,
  type UploadStorage,
  waitForUpload,
} from '#larder-client'
import { createUploadStorage } from '../../src/cli/upload-storage.ts'
import type { Larder } from '../../src/composition/larder.ts'
import { right } from '../support/expect-right.ts'
import { createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'
import { startTcpFaultProxy, type TcpFaultProxy } from '../support/tcp-fault-proxy.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const timers = { now: () => Date.now(), sleep: turn }

describe('uploads by the typed client', () => {
  let folder: string
  let larder: Larder
  let server: TestServer
  let proxy: TcpFaultProxy
  let client: Client
  let picture: Buffer

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'larder-uploads-'))
    larder = await createMemoryLarder({ clock: () => Date.now() })
    server = await listen(larder)
    proxy = await startTcpFaultProxy(server.base)
    await right(larder.admins.setAdmin('ann', true))
    const token = await right(larder.admins.mintIdToken('ann'))
    client = createClient({ baseUrl: proxy.endpoint, token, timers })
    picture = await readFile('docs/watch.png')
  })
  after(async () => {
    await proxy.close()
    await server.close()
    await rm(folder, { recursive: true })
  })

  const failureOf = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail('it succeeds'),
      (error: unknown) => error,
    )

  /** A picture that no other test uploads: bytes after its end do not count. */
  const variant = (text: string) => Buffer.concat([picture, Buffer.from(text)])

  it('put bytes into the library, with their title and name, and tell progress', async () => {
    const progress: Array<readonly [number, number | null]> = []
    const source = variant('1')
    const { received } = startUpload(client, {
      source,
      fileName: 'a beach.png',
      title: 'a beach',
      public: true,
      metadata: { album: 7 },
      chunkBytes: 50_000,
      onProgress: (...given) => progress.push(given),
    })
    const upload = await received
    const state = await waitForUpload(client, { upload, until: 'in_library', timers })
    const { data } = await client.showMedia({ path: { uid: state.uid ?? '' } })
    expect(data).to.include({ title: 'a beach', file_name: 'a beach.png', public: true })
    expect(data.metadata).to.deep.equal({ album: 7 })
    const original = await client.showOriginal({ path: { uid: data.uid } })
    expect((await buffer(original.data)).equals(source)).to.equal(true)
    expect(progress.at(-1)).to.deep.equal([source.length, source.length])
    expect(progress.length).to.be.greaterThan(2)
  })

  it('go on by themselves after lost connections, and after a pause', async () => {
    const source = variant('2')
    let cuts = 0
    let pauses = 0
    const running = startUpload(client, {
      source,
      chunkBytes: 30_000,
      retryDelays: [0, 1, 1, 1, 1],
      onProgress: (sent) => {
        if (sent < source.length / 3) return
        if (cuts < 2) {
          cuts += 1
          proxy.set({ kind: 'reset' })
          proxy.set({ kind: 'pass' })
        } else if (pauses === 0) {
          pauses += 1
          resuming = running.pause().then(running.resume)
        }
      },
    })
    let resuming: Promise<void> = Promise.resolve()
    const upload = await running.received
    await resuming
    expect([cuts, pauses]).to.deep.equal([2, 1])
    const { offset, length } = await waitForUpload(client, { upload, until: 'in_library', timers })
    expect([offset, length]).to.deep.equal([source.length, source.length])
  })

  it('are continued by a later process that remembers their URL', async () => {
    const file = path.join(folder, 'film.png')
    await writeFile(file, variant('3'))
    const storage = createUploadStorage(path.join(folder, 'urls.json'))
    const stop = new AbortController()
    const reason = new Error('the process ended')
    const first = startUpload(client, {
      source: createReadStream(file),
      storage,
      chunkBytes: 40_000,
      signal: stop.signal,
      onProgress: (sent) => {
        if (sent >= 80_000) stop.abort(reason)
      },
    })
    expect(await failureOf(first.received)).to.equal(reason)
    const starts: number[] = []
    const second = startUpload(client, {
      source: createReadStream(file),
      storage,
      chunkBytes: 40_000,
      onProgress: (sent) => starts.push(sent),
    })
    const upload = await second.received
    expect(starts[0]).to.be.at.least(40_000)
    await waitForUpload(client, { upload, until: 'in_library', timers })
  })

  it('are ended by whoever began them', async () => {
    let cancelling: Promise<void> | null = null
    const running = startUpload(client, {
      source: variant('4'),
      chunkBytes: 10_000,
      onProgress: (sent) => {
        if (sent > 10_000) cancelling ??= running.cancel()
      },
    })
    while (cancelling === null) await turn()
    await cancelling
    const pending = await Promise.race([running.received, turn().then(() => 'pending')])
    expect(pending).to.equal('pending')
  })

  it('send nothing if they are stopped while their URL is looked up, and go on after a pause', async () => {
    const started = async (stop: (running: RunningUpload) => Promise<void>) => {
      let find: () => void = () => undefined
      const finding = new Promise<void>((resolve) => {
        find = resolve
      })
      const storage: UploadStorage = {
        ...createUploadStorage(path.join(folder, 'slow.json')),
        findUploadsByFingerprint: async () => {
          await finding
          return []
        },
      }
      let requests = 0
      const counted = {
        ...client,
        authorize: () => {
          requests += 1
          return client.authorize()
        },
      }
      const running = startUpload(counted, { source: variant('10'), storage })
      running.received.catch(() => undefined)
      await stop(running)
      find()
      // A request of the upload would have begun before the replies to these.
      await client.listMedia()
      await client.listMedia()
      return { running, hasSent: requests > 0 }
    }
    expect((await started(({ cancel }) => cancel())).hasSent, 'cancelled').to.equal(false)
    const { running, hasSent } = await started(({ pause }) => pause())
    expect(hasSent, 'paused').to.equal(false)
    running.resume()
    await running.received
  })

  it('go on if their URL cannot be remembered', async () => {
    const denied = () => Promise.reject(new Error('the storage is full'))
    const storage: UploadStorage = {
      findAllUploads: denied,
      findUploadsByFingerprint: denied,
      removeUpload: denied,
      addUpload: denied,
    }
    const upload = await startUpload(client, { source: variant('11'), storage }).received
    expect(await waitForUpload(client, { upload, until: 'in_library', timers })).to.include({ reason: null })
  })

  it('of a file of the disk have its name, unless another is given', async () => {
    const file = path.join(folder, 'a hill.png')
    await writeFile(file, variant('9'))
    const upload = await startUpload(client, { source: createReadStream(file) }).received
    const { uid } = await waitForUpload(client, { upload, until: 'in_library', timers })
    expect((await client.showMedia({ path: { uid: uid ?? '' } })).data).to.include({
      file_name: 'a hill.png',
    })
  })

  it('by ticket show their state and a token to its holder', async () => {
    const { data: ticket } = await client.issueUploadTicket({
      body: { max_bytes: 1_000_000, kinds: ['image'], view: true },
    })
    const holder = client.withToken(ticket.ticket)
    const { received } = startUpload(holder, { source: variant('5'), fileName: 'mine.png' })
    const upload = await received
    const state = await waitForUpload(holder, { upload, until: 'in_library', timers })
    expect(state).to.include({ kind: 'image' })
    expect(state.jwt).to.be.a('string')
    const again = await failureOf(startUpload(holder, { source: variant('6') }).received)
    expect(again).to.be.instanceOf(LarderError)
    expect(again).to.include({ status: 403 })
  })

  it('that are refused fail with the error of the server', async () => {
    const wrong = await failureOf(startUpload(client, { source: picture, title: 'x'.repeat(501) }).received)
    expect(wrong).to.include({ type: 'unprocessable', status: 422 })
  })

  it('of a stream have no length at the start', async () => {
    const source = variant('8')
    const pieces = Readable.from([source.subarray(0, 70_000), source.subarray(70_000)])
    const upload = await startUpload(client, { source: pieces, chunkBytes: 50_000 }).received
    const { uid } = await waitForUpload(client, { upload, until: 'in_library', timers })
    const { data } = await client.showOriginal({ path: { uid: uid ?? '' } })
    expect((await buffer(data)).equals(source)).to.equal(true)
  })

  it('of a form are one request', async () => {
    const form = new FormData()
    form.set('title', 'small')
    form.set('file', new Blob([variant('7')]), 'small.png')
    const { data, status } = await client.uploadFile({ body: form })
    expect(status).to.equal(201)
    expect((await client.showMedia({ path: { uid: data.uid } })).data).to.include({ title: 'small' })
  })
})
