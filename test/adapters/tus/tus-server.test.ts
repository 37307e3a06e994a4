import { expect } from 'chai'
import { createTusServer } from '../../../src/adapters/tus/tus-server.ts'
import { E, TE } from '../../../src/fp.ts'
import type { TusUploads } from '../../../src/ports/tus-protocol.ts'

const none: AsyncIterable<Uint8Array> = (async function* () {})()
const head = {
  method: 'HEAD',
  uid: 'up_a',
  headers: { 'tus-resumable': '1.0.0' },
  body: none,
} as const

describe('the protocol tus', () => {
  const tus = createTusServer((uid) => `/uploads/${uid}`)
  const uploads = (find: TusUploads<string>['find']): TusUploads<string> => ({
    create: () => TE.left('unused'),
    find,
    declareLength: () => TE.left('unused'),
    append: () => TE.left('unused'),
    remove: TE.left('unused'),
  })

  it('returns the failures of uploads as they are', async () => {
    expect(await tus(head, uploads(TE.left('gone')))).to.deep.equal(E.left('gone'))
  })

  it('rejects with what an upload throws, which is a fault of the code and not of the request', async () => {
    const thrown = new Error('a row cannot be decoded')
    const rejected = await tus(
      head,
      uploads(() => Promise.reject(thrown)),
    ).catch((error: unknown) => error)
    expect(rejected).to.equal(thrown)
  })
})
