import { createHash } from 'node:crypto'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { expect } from 'chai'
import { createMemoryObjectStore } from '../../../src/adapters/memory/memory-object-store.ts'
import type { Larder } from '../../../src/composition/larder.ts'
import type { UploadUid } from '../../../src/domain/media/ids.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { authenticateAdminUploads } from '../../../src/domain/upload/uploader-rights.ts'
import { O, pipe, TE } from '../../../src/fp.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'
import { anUploadRequest } from '../../support/builders.ts'
import { inChunks } from '../../support/bytes.ts'
import { left, right } from '../../support/expect-right.ts'
import { createMemoryLarder, createStandingClock } from '../../support/memory-larder.ts'
import { poster } from '../../support/pictures.ts'
import { pollUntilDefined } from '../../support/processes.ts'
import { createTemporaryIncoming } from '../../support/temporary-incoming.ts'

const neverAborted = new AbortController().signal
const ann = { kind: 'admin', sub: 'ann' } as const
const byAnn = { owner: ann, credential: null }

describe('the sweep of uploads', () => {
  let larder: Larder
  let advance: (seconds: number) => void
  let picture: Buffer
  const folder = createTemporaryIncoming()

  before(async () => {
    picture = await poster(64).png().toBuffer()
  })
  beforeEach(async () => {
    const standing = createStandingClock()
    advance = standing.advance
    larder = await createMemoryLarder({ clock: standing.clock, ...(await folder.adapters()) })
    await right(larder.admins.setAdmin('ann', true))
  })

  const begin = async (request: Parameters<Larder['uploadService']['begin']>[1]) => {
    const token = await right(larder.admins.mintIdToken('ann'))
    const rights = await right(authenticateAdminUploads(larder.admins, 1e9)(token))
    return right(larder.uploadService.begin(rights, request))
  }
  const append = (uid: UploadUid, bytes: Uint8Array) =>
    larder.uploadService.withUpload(byAnn, uid, (held) => held.append(inChunks(bytes)))
  const sweep = () => right(larder.sweepUploads(neverAborted))
  const files = async () => (await readdir(folder.path())).filter((name) => name.startsWith('up_'))

  it('deletes an upload a day after its last byte, and not after its first', async () => {
    const uid = await begin(anUploadRequest(100))
    advance(80_000)
    await right(append(uid, picture.subarray(0, 50)))
    advance(80_000)
    expect(await sweep()).to.deep.include({ discarded: 0 })
    expect(await files()).to.deep.equal([uid])
    advance(6401)
    expect((await left(append(uid, picture.subarray(50, 60))))._tag).to.equal('NotFound')
    expect(await sweep()).to.deep.include({ discarded: 1 })
    expect(await files()).to.deep.equal([])
    expect(await right(larder.uploads.find(uid))).to.deep.equal(O.none)
  })

  it('tells why a file was not fetched that no process has begun to fetch in time', async () => {
    const details = { title: null, alt: null, isPublic: false, metadata: {} }
    const url = 'http://127.0.0.1:1/a.png'
    const { upload } = await right(larder.fetchService.request('ann', { url, details }))
    advance(86_401)
    expect(await sweep()).to.deep.include({ discarded: 1 })
    expect(await right(larder.fetchService.reasonOf('ann', upload))).to.equal(
      'the file was not fetched before its upload expired: ask again',
    )
    expect(await right(larder.uploads.find(upload))).to.deep.equal(O.none)
  })

  it('keeps the bytes of a fetch that another process has acknowledged meanwhile', async () => {
    const details = { title: null, alt: null, isPublic: false, metadata: {} }
    const url = 'http://127.0.0.1:1/a.png'
    const { upload, job } = await right(larder.fetchService.request('ann', { url, details }))
    await writeFile(larder.incoming.pathOf(upload), picture)
    advance(86_401)
    const { fetches, uploads } = larder
    const target = { kind: 'image', media: larder.newUid.imageFile(), job } as const
    const refuse: Larder['fetches']['refuse'] = (...given) =>
      pipe(
        uploads.receive(upload, { length: picture.length, sha512: 'a'.repeat(128), target }),
        TE.flatMap(() => fetches.refuse(...given)),
      )
    const listReceived = () => TE.right([])
    larder = await createMemoryLarder({
      ...larder,
      uploads: { ...uploads, listReceived },
      fetches: { ...fetches, refuse },
    })
    await sweep()
    expect(await files()).to.deep.equal([upload])
  })

  it('deletes an upload 7 days after its first byte, however often bytes arrive', async () => {
    const uid = await begin(anUploadRequest(100))
    for (let day = 0; day < 7; day += 1) {
      await right(append(uid, picture.subarray(day, day + 1)))
      advance(86_399)
    }
    advance(8)
    expect(await sweep()).to.deep.include({ discarded: 1 })
  })

  it('acknowledges and stores an upload whose client was gone before the answer', async () => {
    const uid = await begin(anUploadRequest(picture.length))
    const writer = await right(larder.incoming.open(uid, { offset: 0, hashes: null }))
    if (writer === null) throw new Error('no file')
    await right(() => writer.write(picture))
    const written = await right(writer.sync)
    await writer.close()
    await right(larder.uploads.advance(uid, { from: 0, ...written }))
    expect(await sweep()).to.deep.include({ finished: 1, stored: 1, discarded: 0 })
    const { upload } = await pollUntilDefined(async () => {
      const status = await right(larder.uploadService.status(ann, uid))
      return status.state === 'in_library' && (await files()).length === 0 ? status : undefined
    })
    expect((await right(larder.library.find(upload.target?.media ?? ''))).fileName).to.equal('a.png')
    expect(await files()).to.deep.equal([])
  })

  it('deletes a form whose process is gone', async () => {
    await begin({ ...anUploadRequest(), length: null, protocol: 'multipart' })
    expect(await sweep()).to.deep.include({ discarded: 0 })
    advance(6)
    expect(await sweep()).to.deep.include({ discarded: 1 })
  })

  it('goes on after an upload whose file cannot be read', async () => {
    const broken = await begin(anUploadRequest(picture.length))
    const writer = await right(larder.incoming.open(broken, { offset: 0, hashes: null }))
    if (writer === null) throw new Error('no file')
    await right(() => writer.write(picture))
    const written = await right(writer.sync)
    await writer.close()
    await right(larder.uploads.advance(broken, { from: 0, ...written }))
    await rm(larder.incoming.pathOf(broken))
    await mkdir(larder.incoming.pathOf(broken))
    const form = await begin({ ...anUploadRequest(), length: null, protocol: 'multipart' })
    advance(6)
    expect(await sweep()).to.deep.include({ discarded: 1, unreadable: 1 })
    expect(await right(larder.uploads.find(form))).to.deep.equal(O.none)
    expect(await right(larder.uploads.find(broken))).not.to.deep.equal(O.none)
  })

  it('is not forestalled by a request that has lost the upload to another', async () => {
    const uid = await begin(anUploadRequest(100))
    await right(append(uid, picture.subarray(0, 50)))
    const overtaken = await createMemoryLarder({
      ...larder,
      uploads: { ...larder.uploads, advance: () => TE.right(false) },
    })
    const failed = await left(
      overtaken.uploadService.withUpload(byAnn, uid, (held) =>
        held.append(inChunks(picture.subarray(50, 60))),
      ),
    )
    expect(failed._tag).to.equal('Unavailable')
    expect(await files()).to.deep.equal([uid])
    expect((await right(larder.uploadService.status(ann, uid))).upload.offset).to.equal(50)
  })

  it('stores an original once the store is there again, and keeps it until then', async () => {
    let isAway = true
    const inner = createMemoryObjectStore()
    const store: ObjectStore = {
      ...inner,
      put: (key, object) =>
        isAway ? TE.left(unavailable('object store')('it is away')) : inner.put(key, object),
    }
    larder = await createMemoryLarder({ store, clock: Date.now, ...(await folder.adapters()) })
    await right(larder.admins.setAdmin('ann', true))
    const uid = await begin(anUploadRequest(picture.length))
    await right(append(uid, picture))
    await sweep()
    expect((await right(larder.uploadService.status(ann, uid))).state).to.equal('received')
    expect(await files()).to.deep.equal([uid])
    isAway = false
    // The attempt of the request may still run: then a sweep leaves the upload to it.
    await pollUntilDefined(async () => {
      await sweep()
      return (await right(larder.uploadService.status(ann, uid))).state === 'in_library' ? true : undefined
    })
    expect(await files()).to.deep.equal([])
  })

  it('does not wait for originals, and begins each of them once', async () => {
    let release = (): void => undefined
    let puts = 0
    const storing = new Promise<void>((resolve) => {
      release = resolve
    })
    const inner = createMemoryObjectStore()
    const store: ObjectStore = {
      ...inner,
      put: (key, object) => async () => {
        puts += 1
        await storing
        return inner.put(key, object)()
      },
    }
    larder = await createMemoryLarder({ ...larder, store })
    const uid = await begin(anUploadRequest(picture.length))
    const target = { kind: 'image', media: larder.newUid.imageFile(), job: larder.newUid.job() } as const
    await writeFile(larder.incoming.pathOf(uid), picture)
    const sha512 = createHash('sha512').update(picture).digest('hex')
    await right(larder.uploads.receive(uid, { length: picture.length, sha512, target }))
    const expired = await begin(anUploadRequest(100))
    advance(86_401)
    expect(await sweep()).to.deep.include({ stored: 1, discarded: 1 })
    expect(await right(larder.uploads.find(expired))).to.deep.equal(O.none)
    await pollUntilDefined(async () => (puts > 0 ? true : undefined))
    await sweep()
    release()
    await larder.uploadIntake.stop()
    expect(puts).to.equal(1)
  })
})
