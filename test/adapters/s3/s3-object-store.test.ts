import { randomBytes } from 'node:crypto'
import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3'
import { expect } from 'chai'
import { createS3Client } from '../../../src/adapters/s3/s3-client.ts'
import { createS3ObjectStore } from '../../../src/adapters/s3/s3-object-store.ts'
import type { ByteStream } from '../../../src/domain/media/bytes.ts'
import { O } from '../../../src/fp.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'
import { objectStoreContract } from '../../contracts/object-store.contract.ts'
import { collect } from '../../support/bytes.ts'
import { left, right } from '../../support/expect-right.ts'
import { newObject } from '../../support/new-object.ts'
import { createRecordingLog, type LogEntry } from '../../support/recording-log.ts'
import { openS3Target, type S3Target } from '../../support/s3-target.ts'
import {
  type ConnectionFault,
  startTcpFaultProxy,
  type TcpFaultProxy,
} from '../../support/tcp-fault-proxy.ts'

const openOne = async (store: ObjectStore, start: number, end: number): Promise<ByteStream> => {
  const found = await right(store.read('s3_files/one', { start, end }))
  if (O.isNone(found)) throw new Error('the object is missing')
  return found.value
}

describe('S3 object store', () => {
  let target: S3Target

  before(async () => {
    target = await openS3Target()
  })
  after(() => target.close())

  describe('connected directly', () => {
    let close = (): void => undefined
    after(() => close())

    objectStoreContract(async () => {
      const opened = createS3ObjectStore({ ...target.options, prefix: 'pre fix/ü+&/', listPageSize: 3 })
      close = opened.close
      return opened.store
    })
  })

  it('[V24] lists unfinished uploads below its own prefix, page by page, and removes them', async () => {
    const options = { ...target.options, prefix: 'ours/', listPageSize: 2 }
    const opened = createS3ObjectStore(options)
    const client = createS3Client(target.options)
    const begin = (Key: string) =>
      client.send(new CreateMultipartUploadCommand({ Bucket: target.options.bucket, Key }))
    const names = ['a', 'b', 'b', 'c', 'c', 'c', 'd'].map((name) => `s3_files/${name}`)
    for (const name of names) await begin(`ours/${name}`)
    await begin('s3_files/a')
    await begin('theirs/s3_files/a')
    const found = async () => {
      const uploads = []
      for await (const upload of opened.store.unfinishedUploads('s3_files/')) uploads.push(upload)
      return uploads
    }
    const uploads = await found()
    expect(uploads.map(({ name }) => name)).to.deep.equal(names)
    for (const { startedAt, remove } of uploads) {
      expect(startedAt, 'milliseconds').to.be.within(Date.UTC(2020, 0), Date.UTC(2200, 0))
      await right(remove)
      await right(remove)
    }
    expect(await found()).to.deep.equal([])
    opened.close()
    client.destroy()
  })

  describe('behind a connection that breaks', () => {
    const bytes = randomBytes(3_000_000)
    const replacement = randomBytes(bytes.length)
    let proxy: TcpFaultProxy
    let store: ObjectStore
    let entries: ReadonlyArray<LogEntry>
    let close: () => void

    before(async () => {
      proxy = await startTcpFaultProxy(target.options.endpoint)
      const recording = createRecordingLog()
      entries = recording.entries
      const timeouts = { connect: 1000, idle: 1000 }
      const opened = createS3ObjectStore({
        ...target.options,
        endpoint: proxy.endpoint,
        log: recording.log,
        timeouts,
      })
      store = opened.store
      close = opened.close
    })
    after(async () => {
      close()
      await proxy.close()
    })
    beforeEach(() => right(store.put('s3_files/one', newObject(bytes))))

    const open = (start = 0, end = bytes.length): Promise<ByteStream> => openOne(store, start, end)

    const breaks: ReadonlyArray<readonly [string, ConnectionFault]> = [
      ['is closed', { kind: 'ends', after: 1_000_000 }],
      ['is reset', { kind: 'resets', after: 1_000_000 }],
      ['stalls', { kind: 'stalls', after: 1_000_000 }],
      ['is reset before the last byte', { kind: 'resets', after: bytes.length }],
      ['is reset in the head of the response', { kind: 'resets', after: 20 }],
      ['is closed before the first byte', { kind: 'ends', after: 1 }],
    ]
    for (const [what, fault] of breaks) {
      it(`returns every byte when the connection ${what}`, async () => {
        proxy.fail(fault)
        expect((await collect(await open(0, bytes.length))).equals(bytes)).to.equal(true)
        expect(proxy.pending()).to.equal(0)
      })
    }

    it('resumes where the connection broke, three times, and logs each', async () => {
      const before = entries.length
      const fault: ConnectionFault = { kind: 'resets', after: 700_000 }
      proxy.fail(fault, fault, fault)
      const found = await collect(await open(100, 2_900_000))
      expect(found.equals(bytes.subarray(100, 2_900_000))).to.equal(true)
      const logged = entries.slice(before)
      expect(logged.map(({ event }) => event)).to.deep.equal(Array(3).fill('s3.read_resumed'))
      const offsets = logged.map(({ fields }) => Number(fields.at))
      expect(offsets).to.deep.equal([...offsets].sort((a, b) => a - b))
    })

    it('throws when the connection breaks repeatedly', async () => {
      const again = Array<ConnectionFault>(40).fill({ kind: 'ends', after: 1500 })
      proxy.fail({ kind: 'resets', after: 500_000 }, ...again)
      const message = await collect(await open()).catch((error: Error) => error.message)
      expect(message).to.match(/^the store at .* cannot be reached \(ECONNRESET\)/)
      proxy.fail()
    })

    it('throws when the object was replaced before the read resumes', async () => {
      proxy.fail({ kind: 'stalls', after: 500_000 })
      const message = collect(await open()).catch((error: Error) => error.message)
      await proxy.until(() => proxy.pending() === 0)
      await right(store.put('s3_files/one', newObject(replacement)))
      expect(await message).to.equal('the object was replaced while it was read')
    })

    it('stores an object whole when the connection breaks during the put', async () => {
      proxy.fail({ kind: 'resets', after: 0 })
      await right(store.put('s3_files/one', newObject(replacement)))
      expect((await collect(await open())).equals(replacement)).to.equal(true)
    })

    it('fails with Unavailable if the server never answers, and names the timeout', async () => {
      const impatient = createS3ObjectStore({
        ...target.options,
        endpoint: proxy.endpoint,
        timeouts: { connect: 1000, idle: 200 },
      })
      proxy.fail(...Array<ConnectionFault>(3).fill({ kind: 'stalls', after: 0 }))
      const { cause } = await left(impatient.store.read('s3_files/one', { start: 0, end: 1 }))
      expect(String(cause)).to.match(/the store at .* did not answer in time \(.*200 ms/)
      expect(proxy.pending()).to.equal(0)
      impatient.close()
    })
  })

  describe('with readers that cancel', () => {
    const bytes = randomBytes(3_000_000)
    let proxy: TcpFaultProxy
    let store: ObjectStore
    let close: () => void

    before(async () => {
      proxy = await startTcpFaultProxy(target.options.endpoint)
      // The idle timeout is longer than a test, so that a connection closes only because its reader cancels.
      const timeouts = { connect: 1000, idle: 60_000 }
      const opened = createS3ObjectStore({ ...target.options, endpoint: proxy.endpoint, timeouts })
      store = opened.store
      close = opened.close
      await right(store.put('s3_files/one', newObject(bytes)))
    })
    after(async () => {
      close()
      await proxy.close()
    })

    it('closes the connection of a reader that cancels, and keeps no other', async () => {
      const readers = await Promise.all(
        Array.from({ length: 8 }, async () =>
          (await openOne(store, 0, bytes.length))[Symbol.asyncIterator](),
        ),
      )
      for (const [nth, reader] of readers.entries()) {
        if (nth % 2 === 0) await reader.next()
        await reader.return?.()
      }
      await proxy.until(() => proxy.connections() === 0)
    })

    const waits: ReadonlyArray<readonly [string, ReadonlyArray<ConnectionFault>]> = [
      ['the next byte', [{ kind: 'stalls', after: 500_000 }]],
      [
        'the response after a break',
        [
          { kind: 'resets', after: 500_000 },
          { kind: 'stalls', after: 0 },
        ],
      ],
    ]
    for (const [what, faults] of waits) {
      it(`lets a reader cancel while it waits for ${what}`, async () => {
        proxy.fail(...faults)
        const reader = (await openOne(store, 0, bytes.length))[Symbol.asyncIterator]()
        const reading = collect({ [Symbol.asyncIterator]: () => ({ next: () => reader.next() }) })
        await proxy.until(() => proxy.pending() === 0)
        await reader.return?.()
        expect((await reading).length).to.be.lessThan(bytes.length)
        await proxy.until(() => proxy.connections() === 0)
      })
    }
  })
})
