import { expect } from 'chai'
import type { StoredFileRepository } from '../../src/ports/stored-file-repository.ts'
import { right } from '../support/expect-right.ts'

/** What every StoredFileRepository promises. `make` returns a repository whose rows reference these keys. */
export const storedFileRepositoryContract = (
  make: (keys: ReadonlyArray<string>) => Promise<StoredFileRepository>,
): void => {
  it('returns the same uid of the library each time', async () => {
    const rows = await make([])
    const uid = await right(rows.libraryUid)
    expect(uid).to.match(/^lib_[0-9a-f]{32}$/)
    expect(await right(rows.libraryUid)).to.equal(uid)
  })

  it('stores the latest marks of the store, the newest last', async () => {
    const rows = await make([])
    expect(await right(rows.storeMarks)).to.deep.equal([])
    const marks = Array.from({ length: 10 }, (_, n) => `mark ${n}`)
    for (const [n, mark] of marks.entries()) {
      await right(rows.addStoreMark(mark))
      expect(await right(rows.storeMarks)).to.deep.equal(marks.slice(Math.max(0, n - 7), n + 1))
    }
  })

  it('returns the keys that a row references', async () => {
    const keys = Array.from({ length: 600 }, (_, index) => `s3_files/s3f_${index}`)
    const rows = await make(keys.filter((_, index) => index % 3 === 0))
    const candidates = [...keys, "s3_files/'quoted'", 's3_files/S3F_0', '{"a":1}', 'ü']
    const referenced = await right(rows.filterReferencedKeys(candidates))
    expect([...referenced].sort()).to.deep.equal(keys.filter((_, index) => index % 3 === 0).sort())
    expect(await right(rows.filterReferencedKeys([]))).to.deep.equal(new Set())
  })

  it('lists rows in the order of the bytes of their keys, page by page', async () => {
    const keys = [
      's3_files/a',
      's3_files/B',
      's3_files/_',
      's3_files/-',
      's3_files/0',
      's3_files0',
      's3_files/ü',
    ]
    const rows = await make(keys)
    const list = async (after: string, upTo: string, limit: number) =>
      (await right(rows.listRows(after, upTo, limit))).map(({ key }) => key)
    const inOrder = ['-', '0', 'B', '_', 'a', 'ü'].map((name) => `s3_files/${name}`)
    expect(await list('s3_files/', 's3_files0', 10)).to.deep.equal([...inOrder, 's3_files0'])
    expect(await list('s3_files/', 's3_files/B', 10)).to.deep.equal(inOrder.slice(0, 3))
    expect(await list('s3_files/0', 's3_files/ü', 2)).to.deep.equal(inOrder.slice(2, 4))
    expect(await list('s3_files/ü', 's3_files/ü', 2)).to.deep.equal([])
    expect((await right(rows.listRows('s3_files/', 's3_files/-', 1)))[0]).to.deep.equal({
      key: 's3_files/-',
      size: 1,
    })
  })
}
