import { readdir, utimes, writeFile } from 'node:fs/promises'
import { expect } from 'chai'
import { createMemoryObjectStore } from '../../../src/adapters/memory/memory-object-store.ts'
import { createMemoryStoredFileRepository } from '../../../src/adapters/memory/memory-stored-file-repository.ts'
import type { Larder } from '../../../src/composition/larder.ts'
import type { UploadUid } from '../../../src/domain/media/ids.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { rightsOfAdmin } from '../../../src/domain/upload/uploader-rights.ts'
import { O, TE } from '../../../src/fp.ts'
import type { ObjectStore } from '../../../src/ports/object-store.ts'
import { anUploadRequest } from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { createMemoryLarder, createStandingClock } from '../../support/memory-larder.ts'
import { createTemporaryIncoming } from '../../support/temporary-incoming.ts'

const neverAborted = new AbortController().signal

describe('the sweep of uploads of one of two copies of a database', () => {
  let store: ObjectStore
  let newer: Larder
  let older: Larder
  let advance: (seconds: number) => void
  const folder = createTemporaryIncoming()

  beforeEach(async () => {
    const standing = createStandingClock()
    advance = standing.advance
    store = createMemoryObjectStore()
    const common = { store, clock: standing.clock, ...(await folder.adapters()) }
    const withMarks = (marks: string[]) =>
      createMemoryLarder({
        ...common,
        storedFiles: createMemoryStoredFileRepository('lib_ours', () => true, undefined, marks),
      })
    const marks: string[] = []
    newer = await withMarks(marks)
    await right(newer.sweep('within limits', neverAborted))
    older = await withMarks([...marks])
    await right(newer.sweep('within limits', neverAborted))
  })

  const sweep = (larder: Larder) => right(larder.sweepUploads(neverAborted))
  const files = async () => (await readdir(folder.path())).filter((name) => name.startsWith('up_'))

  /** Writes the file of an upload; its last byte arrived two hours ago. */
  const write = async (uid: UploadUid): Promise<UploadUid> => {
    await writeFile(newer.incoming.pathOf(uid), 'bytes')
    const then = Date.now() / 1000 - 7200
    await utimes(newer.incoming.pathOf(uid), then, then)
    return uid
  }
  const begin = async (larder: Larder) =>
    write(await right(larder.uploadService.begin(rightsOfAdmin('ann', 1e9), anUploadRequest(100))))

  it('keeps files without a row, which the newer copy may have, until it takes the store over', async () => {
    const uid = await begin(newer)
    expect(await sweep(older)).to.deep.include({ removedFiles: 0, keptFiles: 1 })
    expect(await files()).to.deep.equal([uid])
    expect(await sweep(newer)).to.deep.include({ removedFiles: 0, keptFiles: 0 })
    await right(older.sweep('adopt', neverAborted))
    expect(await sweep(older)).to.deep.include({ removedFiles: 1, keptFiles: 0 })
    expect(await files()).to.deep.equal([])
  })

  it('ends an upload that has expired, and keeps its file, which the newer copy may have received', async () => {
    const uid = await begin(older)
    advance(86_401)
    expect(await sweep(older)).to.deep.include({ discarded: 1, removedFiles: 0 })
    expect(await right(older.uploads.find(uid))).to.deep.equal(O.none)
    expect(await files()).to.deep.equal([uid])
  })

  it('removes what is certainly an orphan of the newer copy', async () => {
    await write(newer.newUid.upload())
    expect(await sweep(newer)).to.deep.include({ removedFiles: 1, keptFiles: 0 })
    expect(await files()).to.deep.equal([])
  })

  it('keeps files while the store does not say whose it is, and goes on with the rest', async () => {
    const away = await createMemoryLarder({
      ...newer,
      store: { ...store, read: () => TE.left(unavailable('object store')('it is away')) },
    })
    const orphan = await write(newer.newUid.upload())
    const expired = await begin(newer)
    advance(86_401)
    expect(await sweep(away)).to.deep.include({ discarded: 1, removedFiles: 0, keptFiles: 2 })
    expect(await files()).to.have.members([orphan, expired])
    expect(await sweep(newer)).to.deep.include({ removedFiles: 2, keptFiles: 0 })
    expect(await files()).to.deep.equal([])
  })
})
