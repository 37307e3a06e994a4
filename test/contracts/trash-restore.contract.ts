import { expect } from 'chai'
import { E } from '../../src/fp.ts'
import { aNewFileJob, aNewJob } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { anyMedia } from '../support/media-filters.ts'
import { createTrashScene, type TrashSubject } from '../support/trash-scene.ts'

/** What every Trash promises of deleted files that come back. `make` returns an empty library. */
export const trashRestoreContract = (make: () => Promise<TrashSubject>): void => {
  let subject: TrashSubject
  beforeEach(async () => {
    subject = await make()
  })
  const { addImage, addFilm, find, addReadyImage, addReadyFilm, remove, restore, jobsOf } = createTrashScene(
    () => subject,
  )
  const listed = async (isDeleted: boolean) =>
    (await right(subject.media.list({ ...anyMedia, isDeleted }, 50, null))).items.map(({ uid }) => uid)

  it('queues the job that the deletion ended, also beside a newer one that had ended before', async () => {
    const { uid } = await addFilm()
    const [first] = await jobsOf(uid)
    const job = first?.uid ?? expect.fail()
    await right(subject.jobs.cancel(job))
    const newer = aNewJob({ kind: 'exports', media: { kind: 'content', uid } })
    await right(subject.jobs.enqueue(newer))
    await right(subject.jobs.cancel(newer.uid))
    expect(await right(subject.jobs.retry(job))).to.equal('changed')
    await remove(uid)
    expect(await restore(uid)).to.equal('restored')
    const states = (await jobsOf(uid)).map((each) => [each.uid, each.state])
    expect(states).to.deep.equal([
      [newer.uid, 'cancelled'],
      [job, 'waiting'],
    ])
  })

  it('adds no job to a deleted file', async () => {
    for (const file of [await addReadyImage(), await addReadyFilm()]) {
      const kind = file.uid.startsWith('if_') ? ('image' as const) : ('content' as const)
      const [first] = await jobsOf(file.uid)
      await right(subject.jobs.cancel(first?.uid ?? expect.fail()))
      await remove(file.uid)
      const job = aNewJob({ kind: 'remake', media: { kind, uid: file.uid } })
      const added = await subject.jobs.enqueue(job)()
      expect(E.isLeft(added) && added.left._tag, kind).to.equal('Conflict')
      expect((await jobsOf(file.uid)).map(({ state }) => state)).to.deep.equal(['cancelled'])
      expect(await restore(file.uid)).to.equal('restored')
      expect(await right(subject.jobs.enqueue(job))).to.equal(job.uid)
    }
  })

  it('restores several files at once, each as if it were alone', async () => {
    const [image, film, kept] = [await addReadyImage(), await addFilm(), await addImage()]
    const unfinished = await addImage()
    for (const { uid } of [image, film, unfinished]) await remove(uid, 'take down')
    await right(subject.jobs.prune(-60_000, 10))
    const uids = [kept.uid, film.uid, 'if_unknown', image.uid, unfinished.uid]
    const { results } = await right(subject.trash.restoreAll(uids, aNewFileJob))
    expect(Object.fromEntries(results)).to.deep.equal({
      ...{ [kept.uid]: 'not deleted', if_unknown: 'missing', [film.uid]: 'restored' },
      ...{ [image.uid]: 'restored', [unfinished.uid]: 'restored' },
    })
    expect(await listed(true)).to.deep.equal([])
    for (const { uid } of [film, unfinished])
      expect((await jobsOf(uid)).map(({ state }) => state)).to.deep.equal(['waiting'])
    expect(await jobsOf(image.uid)).to.deep.equal([])
    expect(await right(subject.trash.listTakenDown(null, 10))).to.deep.equal([])
  })

  it('neither publishes a deleted file nor makes it private', async () => {
    const [image, film] = [await addReadyImage(), await addReadyFilm()]
    await remove(image.uid)
    await remove(film.uid)
    await right(subject.imageFiles.setPublic(image.uid, false))
    await right(subject.contentFiles.setPublic(film.uid, true))
    await restore(image.uid)
    await restore(film.uid)
    expect([(await find(image.uid)).isPublic, (await find(film.uid)).isPublic]).to.deep.equal([true, false])
  })
}
