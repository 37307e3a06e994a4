import { expect } from 'chai'
import type { Larder } from '../../../src/composition/larder.ts'
import type { ByteStream } from '../../../src/domain/media/bytes.ts'
import type { UploadUid } from '../../../src/domain/media/ids.ts'
import { noSpace } from '../../../src/domain/shared/errors.ts'
import { appendBytes } from '../../../src/domain/upload/append-bytes.ts'
import type { Upload } from '../../../src/domain/upload/upload.ts'
import type { UploadHold } from '../../../src/domain/upload/upload-lock.ts'
import { rightsOfAdmin } from '../../../src/domain/upload/uploader-rights.ts'
import { E, O, pipe, TE } from '../../../src/fp.ts'
import type { IncomingFiles } from '../../../src/ports/incoming-files.ts'
import { anUploadRequest } from '../../support/builders.ts'
import { collectGarbage } from '../../support/collect-garbage.ts'
import { right } from '../../support/expect-right.ts'
import { createMemoryLarder } from '../../support/memory-larder.ts'
import { createTemporaryIncoming } from '../../support/temporary-incoming.ts'

describe('a body that is appended to an upload', () => {
  const folder = createTemporaryIncoming()
  let larder: Larder

  const find = async (uid: string): Promise<Upload> =>
    O.toNullable(await right(larder.uploads.find(uid as UploadUid))) ?? expect.fail('the upload is gone')

  const append = async (
    body: ByteStream,
    hold: UploadHold,
    length = 3,
    onDisk = (files: IncomingFiles) => files,
  ) => {
    larder = await createMemoryLarder(await folder.adapters())
    const uid = await right(larder.uploadService.begin(rightsOfAdmin('ann', 1e9), anUploadRequest(length)))
    const incoming = onDisk(larder.incoming)
    const caller = { owner: { kind: 'admin', sub: 'ann' }, credential: null } as const
    const deps = { ...larder, incoming, watchRight: () => TE.right(undefined), reserveBytes: 0 }
    const appended = await appendBytes(deps, await find(uid), caller, body, hold)()
    return { uid, appended }
  }

  /** The disk reports once that it could not write, and then succeeds, as Linux does. */
  const failingOnce = (incoming: IncomingFiles): IncomingFiles => {
    let isReported = false
    return {
      ...incoming,
      open: (uid, from) =>
        pipe(
          incoming.open(uid, from),
          TE.map(
            (writer) =>
              writer && {
                ...writer,
                sync: async () => {
                  if (isReported) return writer.sync()
                  isReported = true
                  return E.left(noSpace)
                },
              },
          ),
        ),
    }
  }

  it('is closed when the rest of it is not read', async () => {
    let isClosed = false
    const endless = (async function* () {
      try {
        for (;;) yield Buffer.from('ab')
      } finally {
        isClosed = true
      }
    })()
    const { signal } = new AbortController()
    const { appended } = await append(endless, { lost: signal, asked: signal })
    expect(appended).to.have.nested.property('left._tag', 'TooLarge')
    await new Promise((resolve) => setImmediate(resolve))
    expect(isClosed).to.equal(true)
  })

  it('counts no byte that the disk has failed to keep, though the disk reports it only once', async () => {
    const { signal } = new AbortController()
    const length = 34 * 1024 * 1024
    const body = (async function* () {
      for (let sent = 0; sent < length; sent += 1024 * 1024) yield Buffer.alloc(1024 * 1024, 'a')
    })()
    const { uid, appended } = await append(body, { lost: signal, asked: signal }, length, failingOnce)
    expect(appended).to.deep.equal(E.left(noSpace))
    expect(await find(uid)).to.include({ offset: 0, hashes: null })
  })

  it('is not kept by the lock, whose connection outlives it', async () => {
    const lost = new AbortController()
    const appendOnce = async (): Promise<WeakRef<ByteStream>> => {
      const body = (async function* () {
        yield Buffer.from('abc')
      })()
      await append(body, { lost: lost.signal, asked: new AbortController().signal })
      return new WeakRef<ByteStream>(body)
    }
    const bodies = [await appendOnce(), await appendOnce(), await appendOnce()]
    await collectGarbage()
    // The last one may be on the stack.
    expect(bodies.slice(0, -1).map((body) => body.deref())).to.deep.equal([undefined, undefined])
    lost.abort()
  })
})
