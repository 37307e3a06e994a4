import { expect } from 'chai'
import type { JobUid, UploadUid } from '../../src/domain/media/ids.ts'
import type { NewUpload } from '../../src/domain/upload/upload.ts'
import type { UploadRepository } from '../../src/ports/upload-repository.ts'
import { right } from '../support/expect-right.ts'

type Subject = {
  readonly uploads: UploadRepository
  readonly advance: (seconds: number) => Promise<void>
}

/** What every UploadRepository promises of uploads whose folder is gone. `make` returns an empty library. */
export const forsakenUploadsContract = (make: () => Promise<Subject>): void => {
  it('lists what has long expired in other folders, and only while it is being received', async () => {
    const { uploads, advance } = await make()
    const begin = async (name: string, folder: string): Promise<UploadUid> => {
      const uid = `up_${name}` as UploadUid
      const upload: NewUpload = {
        ...{ uid, owner: { kind: 'admin', sub: 'ann' }, protocol: 'tus', folder, length: 10, announced: 10 },
        ...{ name: 'a.png', details: { title: null, alt: null, isPublic: false, metadata: {} } },
        ...{ kinds: null, maxBytes: 100, deduplicates: true, mayView: false, sentMetadata: null },
      }
      const space = { free: 1e12, reserve: 0, holdsOriginals: false }
      expect(await right(uploads.begin(upload, space))).to.equal('begun')
      return uid
    }
    const forsaken = async (limit = 10) =>
      (await right(uploads.listForsaken('here', 3_600_000, limit))).map(({ uid }) => uid)
    await begin('here', 'here')
    const [one, two] = [await begin('one', 'gone'), await begin('two', 'away')]
    const received = await begin('received', 'gone')
    const target = { kind: 'image', media: 'if_1', job: 'job_1' as JobUid } as const
    await right(uploads.receive(received, { length: 10, sha512: 'a'.repeat(128), target }))
    await advance(86_400 + 3599)
    expect(await forsaken()).to.deep.equal([])
    await advance(10)
    expect(await forsaken()).to.deep.equal([one, two])
    expect(await forsaken(1)).to.deep.equal([one])
    await right(uploads.abandon(one, true))
    expect(await forsaken()).to.deep.equal([two])
  })
}
