import { expect } from 'chai'
import type { UploadUid } from '../../src/domain/media/ids.ts'
import type { Upload } from '../../src/domain/upload/upload.ts'
import { O } from '../../src/fp.ts'
import type { FetchRepository, NewUploadFetch } from '../../src/ports/fetch-repository.ts'
import type { UploadRepository } from '../../src/ports/upload-repository.ts'
import { aJobUid, aNewUpload } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'

type FetchStore = {
  readonly fetches: FetchRepository
  readonly uploads: UploadRepository
  /** Lets this time pass for the fetches that have ended. */
  readonly advance: (seconds: number) => Promise<void>
  /** All that is stored of fetches, as a text. */
  readonly dump: () => Promise<string>
}

const space = { free: 1e12, reserve: 0, holdsOriginals: false }
const hashes = { sha512: 'AA', sha256: 'AA' }

/** What every FetchRepository promises. `make` returns an empty one, with the uploads that it changes. */
export const fetchRepositoryContract = (make: () => Promise<FetchStore>): void => {
  let store: FetchStore

  beforeEach(async () => {
    store = await make()
  })

  const find = async (uid: UploadUid): Promise<Upload | null> =>
    O.toNullable(await right(store.uploads.find(uid)))

  const add = async (changed: Partial<NewUploadFetch> = {}): Promise<NewUploadFetch> => {
    const upload = aNewUpload({
      protocol: 'url',
      owner: { kind: 'admin', sub: 'ann' },
      length: null,
      folder: changed.folder ?? 'here',
    })
    const fetch = {
      upload: upload.uid,
      admin: 'ann',
      job: aJobUid(),
      folder: 'here',
      url: 'https://files.example.org/a.jpg?key=s3cret',
      ...changed,
    }
    await right(store.uploads.begin(upload, space, fetch))
    return fetch
  }

  it('[§11.3] lists the fetches of a folder in their order, until they end', async () => {
    const [first, other, second] = [await add(), await add({ folder: 'there' }), await add()]
    expect(await right(store.fetches.list('here', 9))).to.deep.equal([first.upload, second.upload])
    expect(await right(store.fetches.list('here', 1))).to.deep.equal([first.upload])
    expect(await right(store.fetches.list('there', 9))).to.deep.equal([other.upload])
    await right(store.fetches.refuse(first.upload, 'the server answers 404'))
    await right(store.fetches.remove(other.upload))
    expect(await right(store.fetches.list('here', 9))).to.deep.equal([second.upload])
    expect(await right(store.fetches.list('there', 9))).to.deep.equal([])
  })

  it('[§11.3] begins each attempt without bytes, and counts those that are not handed back', async () => {
    const { upload, url, job } = await add()
    expect(await right(store.fetches.begin(upload))).to.deep.equal(O.some({ url, job, attempt: 1 }))
    await right(store.uploads.declareLength(upload, 10, space))
    await right(store.uploads.advance(upload, { from: 0, offset: 7, hashes }))
    expect(await right(store.fetches.begin(upload))).to.deep.equal(O.some({ url, job, attempt: 2 }))
    expect(await find(upload)).to.deep.include({ state: 'receiving', offset: 0, hashes: null, length: null })
    await right(store.fetches.handBack(upload))
    expect(await right(store.fetches.begin(upload))).to.deep.equal(O.some({ url, job, attempt: 2 }))
  })

  it('[§11.3] ends with its upload: nothing of the URL is left, whether a process looks at it or not', async () => {
    const { upload } = await add()
    const failed = await add()
    await right(store.fetches.refuse(failed.upload, 'the server answers 404'))
    for (const uid of [upload, failed.upload]) await right(store.uploads.abandon(uid, false))
    expect(await store.dump()).not.to.include('files.example.org')
    expect(await right(store.fetches.list('here', 9))).to.deep.equal([])
    expect(await right(store.fetches.begin(upload))).to.deep.equal(O.none)
    expect(await right(store.fetches.findReason(failed.upload, 'ann'))).to.deep.equal(
      O.some('the server answers 404'),
    )
  })

  it('[§11.3] removes a fetch whose upload is received', async () => {
    const { upload, job } = await add()
    const target = { kind: 'image', media: 'if_1', job } as const
    await right(store.uploads.receive(upload, { length: 1, sha512: 'a'.repeat(128), target }))
    expect(await right(store.fetches.begin(upload))).to.deep.equal(O.none)
    expect(await right(store.fetches.list('here', 9))).to.deep.equal([])
    expect(await store.dump()).not.to.include('files.example.org')
  })

  it('[§11.3] keeps the reason of a failure for the admin alone, and nothing of the URL', async () => {
    const { upload } = await add()
    expect(await store.dump()).to.include('s3cret')
    expect(await right(store.fetches.findReason(upload, 'ann'))).to.deep.equal(O.none)
    await right(store.fetches.refuse(upload, 'the server answers 404'))
    expect(await store.dump()).not.to.include('files.example.org')
    expect(await find(upload)).to.equal(null)
    expect(await right(store.fetches.findReason(upload, 'ann'))).to.deep.equal(
      O.some('the server answers 404'),
    )
    expect(await right(store.fetches.findReason(upload, 'bob'))).to.deep.equal(O.none)
    // A process that lost the lock comes too late.
    await right(store.fetches.refuse(upload, 'another reason'))
    await right(store.fetches.remove(upload))
    expect(await right(store.fetches.begin(upload))).to.deep.equal(O.none)
    expect(await right(store.fetches.findReason(upload, 'ann'))).to.deep.equal(
      O.some('the server answers 404'),
    )
  })

  it('deletes reasons after 30 days, when a fetch is added', async () => {
    const { upload } = await add()
    await right(store.fetches.refuse(upload, 'late'))
    await store.advance(30 * 86_400 - 60)
    await add()
    expect(await right(store.fetches.findReason(upload, 'ann'))).to.deep.equal(O.some('late'))
    await store.advance(120)
    await add()
    expect(await right(store.fetches.findReason(upload, 'ann'))).to.deep.equal(O.none)
  })
}
