import { expect } from 'chai'
import type { NewFileJob } from '../../src/domain/jobs/job.ts'
import type { Unavailable } from '../../src/domain/shared/errors.ts'
import type { TE } from '../../src/fp.ts'
import { aNewFileJob } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'

type Subject<U, F extends { readonly uid: U }> = {
  readonly repository: () => {
    readonly add: (file: F, job: NewFileJob) => TE.TaskEither<Unavailable, boolean>
    readonly isPublic: (uid: U) => TE.TaskEither<Unavailable, boolean>
    readonly setPublic: (uid: U, isPublic: boolean) => TE.TaskEither<Unavailable, void>
  }
  readonly newFile: (facts?: { readonly isPublic: boolean }) => F
}

/** What every repository of files promises about public files. */
export const publicFilesContract = <U, F extends { readonly uid: U }>({
  repository,
  newFile,
}: Subject<U, F>): void => {
  it('stores with a file whether it is public, which can change', async () => {
    const files = repository()
    const published = newFile({ isPublic: true })
    await right(files.add(published, aNewFileJob()))
    expect(await right(files.isPublic(published.uid))).to.equal(true)
    const [file, other] = [newFile(), newFile()]
    await right(files.add(file, aNewFileJob()))
    await right(files.add(other, aNewFileJob()))
    expect(await right(files.isPublic(file.uid))).to.equal(false)
    await right(files.setPublic(file.uid, true))
    expect(await right(files.isPublic(file.uid))).to.equal(true)
    expect(await right(files.isPublic(other.uid))).to.equal(false)
    await right(files.setPublic(file.uid, false))
    expect(await right(files.isPublic(file.uid))).to.equal(false)
    const missing = newFile().uid
    await right(files.setPublic(missing, true))
    expect(await right(files.isPublic(missing))).to.equal(false)
  })
}
