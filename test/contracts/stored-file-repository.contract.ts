import { expect } from 'chai'
import type { StoredFileRepository } from '../../src/ports/stored-file-repository.ts'
import { right } from '../support/expect-right.ts'

/** What every StoredFileRepository promises. `make` gives one whose rows name these keys. */
export const storedFileRepositoryContract = (
  make: (keys: ReadonlyArray<string>) => Promise<StoredFileRepository>,
): void => {
  it('gives the library the same uid each time', async () => {
    const rows = await make([])
    const uid = await right(rows.libraryUid)
    expect(uid).to.match(/^lib_[0-9a-f]{32}$/)
    expect(await right(rows.libraryUid)).to.equal(uid)
  })

  it('knows which keys a row names', async () => {
    const keys = Array.from({ length: 600 }, (_, at) => `s3_files/s3f_${at}`)
    const rows = await make(keys.filter((_, at) => at % 3 === 0))
    const asked = [...keys, "s3_files/'quoted'", 's3_files/S3F_0', '{"a":1}', 'ü']
    const named = await right(rows.filterReferencedKeys(asked))
    expect([...named].sort()).to.deep.equal(keys.filter((_, at) => at % 3 === 0).sort())
    expect(await right(rows.filterReferencedKeys([]))).to.deep.equal(new Set())
  })
}
