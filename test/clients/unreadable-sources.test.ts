import { createReadStream, openAsBlob } from 'node:fs'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { expect } from 'chai'
import { type Client, createClient, LarderError, startUpload, type UploadSource } from '#larder-client'
import type { Larder } from '../../src/composition/larder.ts'
import { right } from '../support/expect-right.ts'
import { createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'

describe('an upload fails at once, with an error of its own, for', () => {
  let folder: string
  let larder: Larder
  let server: TestServer
  let client: Client
  let file: string

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'larder-sources-'))
    larder = await createMemoryLarder({ clock: () => Date.now() })
    server = await listen(larder)
    await right(larder.admins.setAdmin('ann', true))
    client = createClient({ baseUrl: server.base, token: await right(larder.admins.mintIdToken('ann')) })
    file = path.join(folder, 'film.png')
  })
  beforeEach(() => writeFile(file, Buffer.alloc(400_000, 7)))
  after(async () => {
    await server.close()
    await rm(folder, { recursive: true })
  })

  /** Uploads, and spoils the source after the first piece. A second try would come only after the test has failed. */
  const failureOf = async (source: UploadSource, spoil?: () => Promise<void>): Promise<LarderError> => {
    let spoiling: Promise<void> | undefined
    const running = startUpload(client, {
      source,
      chunkBytes: 50_000,
      retryDelays: [3_600_000],
      onProgress: (sent) => {
        if (sent < 50_000 || spoil === undefined || spoiling !== undefined) return
        spoiling = running.pause().then(spoil).then(running.resume)
      },
    })
    const failure = await running.received.then(
      () => expect.fail('it succeeds'),
      (error: unknown) => error,
    )
    await spoiling
    return failure instanceof LarderError ? failure : expect.fail(String(failure))
  }
  const expectUnreadable = (failure: LarderError, message: RegExp) => {
    expect(failure).to.include({ type: 'unreadable_source', status: 0 })
    expect(failure.message).to.match(message)
  }

  it('a file that was never there', async () => {
    expectUnreadable(await failureOf(createReadStream(path.join(folder, 'none.png'))), /ENOENT/)
  })

  it('a file that is removed meanwhile', async () => {
    expectUnreadable(await failureOf(createReadStream(file), () => rm(file)), /ENOENT/)
  })

  it('a file that becomes shorter meanwhile', async () => {
    expectUnreadable(await failureOf(createReadStream(file), () => truncate(file, 120_000)), /shorter/)
  })

  it('a blob whose file is changed', async () => {
    const failure = await failureOf(await openAsBlob(file), () => writeFile(file, 'other bytes'))
    expectUnreadable(failure, /read/)
  })

  it('a stream that breaks', async () => {
    const pieces = async function* () {
      yield Buffer.alloc(60_000, 7)
      throw new Error('the camera is unplugged')
    }
    expectUnreadable(await failureOf(Readable.from(pieces())), /^the camera is unplugged$/)
  })
})
