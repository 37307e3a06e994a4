import { readdir, writeFile } from 'node:fs/promises'
import { expect } from 'chai'
import type { Larder } from '../../../src/composition/larder.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { discardUpload } from '../../../src/domain/upload/finish-upload.ts'
import { rightsOfAdmin } from '../../../src/domain/upload/uploader-rights.ts'
import { O, TE } from '../../../src/fp.ts'
import { anUploadRequest } from '../../support/builders.ts'
import { left, right } from '../../support/expect-right.ts'
import { createMemoryLarder } from '../../support/memory-larder.ts'
import { createTemporaryIncoming } from '../../support/temporary-incoming.ts'

const neverAborted = new AbortController().signal

describe('an upload that is discarded', () => {
  const folder = createTemporaryIncoming()
  let larder: Larder

  const begin = async () => {
    larder = await createMemoryLarder(await folder.adapters())
    const uid = await right(larder.uploadService.begin(rightsOfAdmin('ann', 1e9), anUploadRequest(3)))
    await writeFile(larder.incoming.pathOf(uid), 'abc')
    return uid
  }
  const files = async () => (await readdir(folder.path())).filter((name) => name.startsWith('up_'))

  it('keeps its file and its row if the lock is lost', async () => {
    const uid = await begin()
    expect((await left(discardUpload(larder, { uid }, true, AbortSignal.abort())))._tag).to.equal(
      'Unavailable',
    )
    expect(await files()).to.deep.equal([uid])
    expect(await right(larder.uploads.find(uid))).not.to.deep.equal(O.none)
  })

  it('keeps its file if another process has acknowledged it', async () => {
    const uid = await begin()
    const target = { kind: 'image', media: 'if_1', job: larder.newUid.job() } as const
    await right(larder.uploads.receive(uid, { length: 3, sha512: 'a'.repeat(128), target }))
    expect(await right(discardUpload(larder, { uid }, true, neverAborted))).to.equal(false)
    expect(await files()).to.deep.equal([uid])
  })

  it('keeps its file until its row is gone', async () => {
    const uid = await begin()
    const abandon = () => TE.left(unavailable('database')('it is away'))
    const away = { ...larder, uploads: { ...larder.uploads, abandon } }
    await left(discardUpload(away, { uid }, true, neverAborted))
    expect(await files()).to.deep.equal([uid])
    expect(await right(discardUpload(larder, { uid }, true, neverAborted))).to.equal(true)
    expect(await files()).to.deep.equal([])
  })
})
