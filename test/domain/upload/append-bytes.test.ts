import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import type { Larder } from '../../../src/composition/larder.ts'
import type { ByteStream } from '../../../src/domain/media/bytes.ts'
import { appendBytes } from '../../../src/domain/upload/append-bytes.ts'
import type { UploadHold } from '../../../src/domain/upload/upload-lock.ts'
import { rightsOfAdmin } from '../../../src/domain/upload/uploader-rights.ts'
import { O, TE } from '../../../src/fp.ts'
import { anUploadRequest } from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { createMemoryLarder } from '../../support/memory-larder.ts'
import { createTemporaryIncoming } from '../../support/temporary-incoming.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('a body that is appended to an upload', () => {
  const folder = createTemporaryIncoming()
  let larder: Larder

  const append = async (body: ByteStream, hold: UploadHold) => {
    larder = await createMemoryLarder(await folder.adapters())
    const uid = await right(larder.uploadService.begin(rightsOfAdmin('ann', 1e9), anUploadRequest(3)))
    const found = O.toNullable(await right(larder.uploads.find(uid)))
    if (found === null) return expect.fail('the upload is gone')
    const deps = { ...larder, watchRight: () => TE.right(undefined), reserveBytes: 0 }
    return appendBytes(deps, found, { owner: found.owner, credential: null }, body, hold)()
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
    expect(await append(endless, { lost: signal, asked: signal })).to.have.nested.property(
      'left._tag',
      'TooLarge',
    )
    await turn()
    expect(isClosed).to.equal(true)
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
    for (let round = 0; round < 5; round += 1) {
      await turn()
      collectGarbage()
    }
    // The last one may be on the stack.
    expect(bodies.slice(0, -1).map((body) => body.deref())).to.deep.equal([undefined, undefined])
    lost.abort()
  })
})
