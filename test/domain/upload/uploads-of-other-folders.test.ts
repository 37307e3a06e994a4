import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { createFsIncomingFiles } from '../../../src/adapters/fs/fs-incoming-files.ts'
import type { Larder } from '../../../src/composition/larder.ts'
import type { UploadUid } from '../../../src/domain/media/ids.ts'
import { rightsOfAdmin } from '../../../src/domain/upload/uploader-rights.ts'
import { E, O } from '../../../src/fp.ts'
import { anUploadRequest } from '../../support/builders.ts'
import { inChunks } from '../../support/bytes.ts'
import { left, right } from '../../support/expect-right.ts'
import { createMemoryLarder, createStandingClock } from '../../support/memory-larder.ts'
import { createTemporaryIncoming } from '../../support/temporary-incoming.ts'

const neverAborted = new AbortController().signal
const byAnn = rightsOfAdmin('ann', 1e9)
const ann = byAnn.owner
const day = 86_400

describe('an upload whose bytes are in another folder', () => {
  let larder: Larder
  let elsewhere: Larder
  let other: string
  let advance: (seconds: number) => void
  const folder = createTemporaryIncoming()

  beforeEach(async () => {
    const standing = createStandingClock()
    advance = standing.advance
    larder = await createMemoryLarder({ clock: standing.clock, ...(await folder.adapters()) })
    await right(larder.admins.setAdmin('ann', true))
    other = await mkdtemp(join(tmpdir(), 'larder-elsewhere-'))
    elsewhere = await createMemoryLarder({ ...larder, incoming: createFsIncomingFiles(other, larder.clock) })
  })
  afterEach(() => rm(other, { recursive: true }))

  /** Begins an upload of `length` bytes, of which three have arrived. */
  const begin = async (length: number): Promise<UploadUid> => {
    const uid = await right(larder.uploadService.begin(byAnn, anUploadRequest(length)))
    const bytes = inChunks(Buffer.from('abc'))
    await right(larder.uploadService.withUpload(byAnn, uid, (held) => held.append(bytes)))
    return uid
  }
  const isGone = async (uid: UploadUid) => O.isNone(await right(larder.uploads.find(uid)))
  const files = async () => (await readdir(folder.path())).filter((name) => name.startsWith('up_'))
  const sweep = () => right(elsewhere.sweepUploads(neverAborted))

  it('is neither continued nor swept here, but its state is told', async () => {
    const uid = await begin(100)
    const continued = elsewhere.uploadService.withUpload(byAnn, uid, (held) =>
      held.append(inChunks(Buffer.from('d'))),
    )
    expect((await left(continued))._tag).to.equal('NotFound')
    expect((await right(elsewhere.uploadService.status(ann, uid))).upload.offset).to.equal(3)
    advance(2 * day - 1)
    expect(await sweep()).to.deep.include({ discarded: 0 })
    expect(await files()).to.deep.equal([uid])
  })

  it('ends a day after it has expired, because its folder may be gone for ever', async () => {
    const uid = await begin(100)
    const details = { title: null, alt: null, isPublic: false, metadata: {} }
    const url = 'http://127.0.0.1:1/a.png?secret'
    const { upload } = await right(larder.fetchService.request('ann', { url, details }))
    advance(2 * day + 1)
    expect(await sweep()).to.deep.include({ discarded: 2 })
    expect([await isGone(uid), await isGone(upload)]).to.deep.equal([true, true])
    expect(await right(larder.fetchService.reasonOf('ann', upload))).to.include('ask again')
    expect(await files()).to.deep.equal([uid])
  })

  it('is not ended while a process has its lock', async () => {
    const uid = await begin(100)
    advance(2 * day + 1)
    await right(
      larder.locks.tryWith(`upload:${uid}`, () => async () => {
        expect(await sweep()).to.deep.include({ discarded: 0 })
        return E.right(undefined)
      }),
    )
    expect(await isGone(uid)).to.equal(false)
  })

  it('is ended by its owner, also once it has expired', async () => {
    for (const seconds of [0, day + 1]) {
      const uid = await begin(100)
      advance(seconds)
      const asEve = elsewhere.uploadService.end({ kind: 'admin', sub: 'eve' }, uid)
      expect((await left(asEve))._tag).to.equal('NotFound')
      await right(elsewhere.uploadService.end(ann, uid))
      expect(await isGone(uid)).to.equal(true)
      expect(await files()).to.include(uid)
    }
  })

  it('is not ended once it is acknowledged', async () => {
    const uid = await begin(100)
    const target = { kind: 'image', media: larder.newUid.imageFile(), job: larder.newUid.job() } as const
    await right(larder.uploads.receive(uid, { length: 3, sha512: 'a'.repeat(128), target }))
    expect((await left(elsewhere.uploadService.end(ann, uid)))._tag).to.equal('Conflict')
    advance(9 * day)
    expect(await sweep()).to.deep.include({ discarded: 0 })
    expect(await isGone(uid)).to.equal(false)
  })
})
