import { readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { expect } from 'chai'
import type { Larder } from '../../../src/composition/larder.ts'
import type { UploadUid } from '../../../src/domain/media/ids.ts'
import { refused, unavailable, unavailableForInput } from '../../../src/domain/shared/errors.ts'
import { rightsOfAdmin } from '../../../src/domain/upload/uploader-rights.ts'
import { E, O, TE } from '../../../src/fp.ts'
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

describe('a received upload', () => {
  let larder: Larder
  let picture: Buffer
  const folder = createTemporaryIncoming()

  before(async () => {
    picture = await poster(64).png().toBuffer()
  })

  const append = (uid: UploadUid) =>
    larder.uploadService.withUpload(byAnn, uid, (held) => held.append(inChunks(picture)))
  const begin = async () => {
    await right(larder.admins.setAdmin('ann', true))
    return right(larder.uploadService.begin(rightsOfAdmin('ann', 1e9), anUploadRequest(picture.length)))
  }
  const stateOf = async (uid: UploadUid) => (await right(larder.uploadService.status(ann, uid))).state
  const sweep = () => larder.sweepUploads(neverAborted)()
  const files = async () => (await readdir(folder.path())).filter((name) => name.startsWith('up_'))

  it('keeps its bytes if the file that had them is gone before it is found', async () => {
    const inner = await createMemoryLarder(await folder.adapters())
    let calls = 0
    const imageFiles: Larder['imageFiles'] = {
      ...inner.imageFiles,
      add: (...given) => {
        calls += 1
        return calls === 1 ? TE.right(false) : inner.imageFiles.add(...given)
      },
    }
    larder = await createMemoryLarder({ ...inner, imageFiles })
    const uid = await begin()
    await right(append(uid))
    await pollUntilDefined(async () => {
      await sweep()
      return (await stateOf(uid)) === 'in_library' ? true : undefined
    })
    expect(calls).to.equal(2)
    expect(await files()).to.deep.equal([])
  })

  it('of unknown length ends at once when the disk is nearly full, and keeps what has arrived', async () => {
    larder = await createMemoryLarder(await folder.adapters())
    await right(larder.admins.setAdmin('ann', true))
    const request = { ...anUploadRequest(1), length: null }
    const uid = await right(larder.uploadService.begin(rightsOfAdmin('ann', 1e9), request))
    const megabyte = Buffer.concat([picture, Buffer.alloc(2 ** 20 - picture.length)])
    let sent = 0
    const body = async function* () {
      for (; sent < 30; sent += 1) {
        if (sent === 5) folder.setFree(2 ** 30 - 1)
        yield megabyte
      }
    }
    const appended = larder.uploadService.withUpload(byAnn, uid, (held) => held.append(body()))
    expect((await left(appended))._tag).to.equal('NoSpace')
    expect(sent).to.be.below(8)
    const upload = await right(larder.uploads.find(uid))
    expect(O.isSome(upload) ? upload.value.offset : 0).to.be.at.least(5 * 2 ** 20)
  })

  const losses: ReadonlyArray<readonly [string, (path: string) => Promise<void>]> = [
    ['gone', (path) => rm(path)],
    ['emptied', (path) => truncate(path)],
    ['other bytes', (path) => writeFile(path, 'other bytes')],
  ]
  for (const [what, lose] of losses)
    it(`is refused if its file is certainly lost (${what}), and not tried again`, async () => {
      const { clock, advance } = createStandingClock()
      const memory = await createMemoryLarder({ clock, ...(await folder.adapters()) })
      const away = { ...memory.store, put: () => TE.left(unavailable('object store')('it is away')) }
      larder = await createMemoryLarder({ ...memory, store: away })
      const uid = await begin()
      await right(append(uid))
      await larder.uploadIntake.stop()
      larder = await createMemoryLarder(memory)
      await lose(larder.incoming.pathOf(uid))
      await larder.uploadIntake.store(uid)
      expect(await stateOf(uid), 'before it is certain').to.equal('received')
      advance(601)
      await larder.uploadIntake.store(uid)
      const { state, reason } = await right(larder.uploadService.status(ann, uid))
      expect([state, reason]).to.deep.equal([
        'refused',
        'the bytes were lost before they were stored: send them again',
      ])
    })

  it('is not refused because its file cannot be read for the moment', async () => {
    const { clock, advance } = createStandingClock()
    const memory = await createMemoryLarder({ clock, ...(await folder.adapters()) })
    const unread = { ...memory.files, inspect: () => TE.left(refused('it cannot be read: EMFILE')) }
    larder = await createMemoryLarder({ ...memory, files: unread })
    const uid = await begin()
    await right(append(uid))
    await larder.uploadIntake.stop()
    advance(601)
    larder = await createMemoryLarder({ ...memory, files: unread })
    await larder.uploadIntake.store(uid)
    expect(await stateOf(uid)).to.equal('received')
    larder = await createMemoryLarder(memory)
    await larder.uploadIntake.store(uid)
    expect(await stateOf(uid)).to.equal('in_library')
  })

  it('becomes a file if its decoder fails for so long that its bytes must be the cause', async () => {
    const { clock, advance } = createStandingClock()
    const memory = await createMemoryLarder({ clock, ...(await folder.adapters()) })
    const failed = unavailableForInput('image process')('Cannot allocate memory')
    const images = { ...memory.images, inspect: () => TE.left(failed) }
    larder = await createMemoryLarder({ ...memory, images })
    const uid = await begin()
    await right(append(uid))
    await larder.uploadIntake.stop()
    expect(await stateOf(uid)).to.equal('received')
    advance(601)
    larder = await createMemoryLarder({ ...memory, images })
    await larder.uploadIntake.store(uid)
    expect(await stateOf(uid)).to.equal('in_library')
    expect(await files()).to.deep.equal([])
  })

  it('waits for space if the object store would fill the disk of the folder', async () => {
    const { incoming } = await folder.adapters()
    let free = 2 ** 40
    const disk = { ...incoming, free: async () => E.right(free), holdsOriginals: TE.right(true) }
    const memory = await createMemoryLarder({ incoming: disk })
    let puts = 0
    const store: Larder['store'] = {
      ...memory.store,
      put: (...given) => {
        puts += 1
        return memory.store.put(...given)
      },
    }
    larder = await createMemoryLarder({
      ...memory,
      store: { ...store, put: () => TE.left(unavailable('')('')) },
    })
    const uid = await begin()
    await right(append(uid))
    await larder.uploadIntake.stop()
    larder = await createMemoryLarder({ ...memory, store })
    free = 2 ** 30 + picture.length - 1
    await larder.uploadIntake.store(uid)
    expect([await stateOf(uid), puts]).to.deep.equal(['received', 0])
    free += 1
    await larder.uploadIntake.store(uid)
    expect([await stateOf(uid), puts]).to.deep.equal(['in_library', 1])
  })

  it('tells its offset while its original is being stored, which has the lock', async () => {
    larder = await createMemoryLarder(await folder.adapters())
    let isStored = false
    let release: () => void = () => undefined
    const storing = new Promise<void>((resolve) => {
      release = resolve
    })
    const inner = larder.imageFiles
    larder = await createMemoryLarder({
      ...larder,
      sleep: async () => undefined,
      monotonic: larder.monotonic,
      imageFiles: {
        ...inner,
        add:
          (...given) =>
          async () => {
            await storing
            isStored = true
            return inner.add(...given)()
          },
      },
    })
    const uid = await begin()
    await right(append(uid))
    const found = await right(larder.uploadService.withUpload(byAnn, uid, ({ upload }) => TE.right(upload)))
    expect(found).to.deep.include({ state: 'received', offset: picture.length })
    expect((await left(larder.uploadService.withUpload(byAnn, uid, ({ cancel }) => cancel)))._tag).to.equal(
      'Conflict',
    )
    expect(isStored).to.equal(false)
    release()
    await larder.uploadIntake.stop()
  })
})
