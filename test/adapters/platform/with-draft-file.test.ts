import { mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { withDraftFile } from '../../../src/adapters/platform/with-draft-file.ts'
import { removeScratch, scratchFolder } from '../../support/scratch.ts'

describe('a draft of a file', () => {
  after(removeScratch)

  const failureOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => null,
      (error: unknown) => error,
    )

  it('stays where its work has put it', async () => {
    const folder = await scratchFolder()
    await withDraftFile(join(folder, 'draft'), async (draft) => {
      await writeFile(draft, 'x')
      await rename(draft, join(folder, 'final'))
    })
    expect(await readdir(folder)).to.deep.equal(['final'])
  })

  it('is removed if its work fails', async () => {
    const folder = await scratchFolder()
    const failure = new Error('full')
    const failed = withDraftFile(join(folder, 'draft'), async (draft) => {
      await writeFile(draft, 'x')
      throw failure
    })
    expect(await failureOf(failed)).to.equal(failure)
    expect(await readdir(folder)).to.deep.equal([])
  })

  it('does not hide the failure of its work if it cannot be removed', async () => {
    const folder = await scratchFolder()
    const failure = new Error('full')
    const failed = withDraftFile(join(folder, 'draft'), async (draft) => {
      await mkdir(draft)
      throw failure
    })
    expect(await failureOf(failed)).to.equal(failure)
  })
})
