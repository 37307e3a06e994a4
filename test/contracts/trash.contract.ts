import { expect } from 'chai'
import { O } from '../../src/fp.ts'
import { cacheKeys, familiesOfName } from '../../src/ports/cache-keys.ts'
import { takenDownPrefix } from '../../src/ports/trash.ts'
import { aNewContentExport, aNewFileJob, aNewImageExport, aNewJob } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { anyMedia } from '../support/media-filters.ts'
import { createTrashScene, type TrashSubject, week } from '../support/trash-scene.ts'

/** What every Trash promises. `make` returns an empty library. */
export const trashContract = (make: () => Promise<TrashSubject>): void => {
  let subject: TrashSubject
  beforeEach(async () => {
    subject = await make()
  })
  const { addImage, addFilm, find, addReadyImage, addReadyFilm, remove, restore, jobsOf } = createTrashScene(
    () => subject,
  )
  const listed = async (isDeleted: boolean) =>
    (await right(subject.media.list({ ...anyMedia, isDeleted }, 50, null))).items.map(({ uid }) => uid)
  const stateOf = (film: { uid: Parameters<typeof subject.contentFiles.findState>[0] }) =>
    right(subject.contentFiles.findState(film.uid))

  it('hides a deleted file from lists and viewers, and shows it in the list of the trash', async () => {
    const image = await addReadyImage()
    const film = await addReadyFilm()
    await remove(image.uid)
    await remove(film.uid)
    expect(await listed(false)).to.deep.equal([])
    expect(await listed(true)).to.have.members([image.uid, film.uid])
    expect(await right(subject.imageFiles.isPublic(image.uid))).to.equal(false)
    expect(await right(subject.imageFiles.listExports(image.uid))).to.deep.equal([])
    for (const found of [
      await right(subject.imageFiles.findExport(image.exported.uid)),
      await right(subject.imageFiles.findState(image.uid)),
      await right(subject.imageFiles.findIngested(image.uid)),
      await right(subject.imageFiles.findByOriginal(image.sha512)),
      await right(subject.contentFiles.find(film.uid)),
      await right(subject.contentFiles.findVod(film.exported.uid)),
      await right(subject.contentFiles.listParts(film.exported.uid)),
      await right(subject.contentFiles.listKeyframes(film.exported.uid)),
      await stateOf(film),
    ])
      expect(found).to.deep.equal(O.none)
    expect([await right(subject.imageFiles.first), await right(subject.contentFiles.first)]).to.deep.equal([
      O.none,
      O.none,
    ])
    expect(await right(subject.trash.hasDeleted)).to.equal(true)
    expect((await find(image.uid)).isPublic).to.equal(true)
  })

  it('leaves a file that was taken down as it is, where only the trash is to be restored', async () => {
    const image = await addReadyImage()
    const restoreTwin = async () =>
      (await right(subject.trash.restore(image.uid, aNewFileJob(), 'not taken down'))).result
    await remove(image.uid, 'take down')
    expect(await restoreTwin()).to.equal('taken down')
    expect(O.isSome(await right(subject.trash.findTwin(image.sha512)))).to.equal(true)
    expect(await listed(true)).to.deep.equal([image.uid])
    expect(await restore(image.uid)).to.equal('restored')
    await remove(image.uid)
    expect(await restoreTwin()).to.equal('restored')
  })

  it('serves the segments of a deleted film until its grace ends, and those of a film taken down not at all', async () => {
    const [film, other] = [await addReadyFilm(), await addReadyFilm()]
    await remove(film.uid)
    expect(O.isSome(await right(subject.contentFiles.findPart(film.part)))).to.equal(true)
    expect((await right(subject.trash.endGraces(10))).count).to.equal(0)
    await remove(other.uid, 'take down')
    expect(await right(subject.contentFiles.findPart(other.part))).to.deep.equal(O.none)
    await remove(film.uid, 'take down')
    expect(await right(subject.contentFiles.findPart(film.part))).to.deep.equal(O.none)
    expect(await restore(film.uid)).to.equal('restored')
    expect(O.isSome(await right(subject.contentFiles.findPart(film.part)))).to.equal(true)
  })

  it('returns the times of a deletion, the same when it is deleted again, and none for an unknown file', async () => {
    const { uid } = await addImage()
    const { deletions } = await remove(uid)
    const { deletedAt, purgeAfter } = deletions.get(uid) ?? expect.fail()
    expect(purgeAfter - deletedAt).to.equal(week * 1_000_000)
    expect((await remove(uid, 'trash', 5)).deletions.get(uid)).to.deep.equal({ deletedAt, purgeAfter })
    expect((await remove(uid, 'take down', 5)).deletions.get(uid)).to.deep.equal({ deletedAt, purgeAfter })
    const deletion = { deletedAt, purgeAfter, isTakenDown: true }
    expect(await find(uid)).to.include(deletion)
    const { items } = await right(subject.media.list({ ...anyMedia, isDeleted: true }, 5, null))
    expect(items.find((item) => item.uid === uid)).to.include(deletion)
    expect((await remove('if_unknown')).deletions.size).to.equal(0)
    const two = [(await addFilm()).uid, 'cf_unknown', (await addImage()).uid]
    expect([...(await right(subject.trash.delete(two, 'trash', 5))).deletions.keys()]).to.have.members([
      two[0],
      two[2],
    ])
  })

  it('names the values and blobs that become stale', async () => {
    const image = await addReadyImage()
    const film = await addReadyFilm()
    const isStale = (
      { names, families }: { names: readonly string[]; families: readonly string[] },
      name: string,
    ) => names.includes(name) || familiesOfName(name).some((family) => families.includes(family))
    const values = [
      cacheKeys.imagePublic({ uid: image.uid }),
      cacheKeys.imagePlaylist({ uid: image.uid }),
      cacheKeys.imageExport({ uid: image.exported.uid }),
    ]
    const ofFilm = [
      cacheKeys.webPlaylist({ uid: film.uid }),
      cacheKeys.mobilePlaylist({ uid: film.uid }),
      cacheKeys.dashManifest({ uid: film.uid }),
      cacheKeys.vodMeta({ uid: film.exported.uid }),
      cacheKeys.vodPlaylist({ uid: film.exported.uid }),
      cacheKeys.vodIFrames({ uid: film.exported.uid }),
    ]
    const { stale: soft } = await remove(film.uid)
    for (const { name } of ofFilm) expect(isStale(soft, name), name).to.equal(true)
    const { stale } = await remove(image.uid, 'take down')
    for (const { name } of values) expect(isStale(stale, name), name).to.equal(true)
    const blobs = [image.original, image.exported.file].map(({ uid }) => cacheKeys.storedFile({ uid }).name)
    expect(stale.names).to.include.members([...blobs, takenDownPrefix + image.uid])
    const { stale: hard } = await remove(film.uid, 'take down')
    for (const name of [cacheKeys.contentPart({ uid: film.part }).name])
      expect(isStale(hard, name)).to.equal(true)
    expect(hard.names).to.include.members(
      film.exported.parts.map(({ file }) => cacheKeys.storedFile({ uid: file.uid }).name),
    )
    const taken = await right(subject.trash.listTakenDown(null, 10))
    expect(taken.map(({ uid }) => uid)).to.deep.equal([image.uid, film.uid].sort())
    expect(await right(subject.trash.listBlobsOfTakenDown([image.uid]))).to.have.members(blobs)
    const timeOf = async () =>
      (await right(subject.trash.listTakenDown(null, 10))).find(({ uid }) => uid === image.uid)?.takenDownAt
    const firstTime = (await timeOf()) ?? expect.fail()
    await remove(image.uid, 'take down')
    expect(await timeOf()).to.equal(firstTime)
    expect(
      await right(subject.trash.listTakenDown([image.uid, film.uid].sort()[0] ?? '', 10)),
    ).to.have.length(1)
    const { stale: back } = await right(subject.trash.restore(image.uid, aNewFileJob()))
    for (const { name } of values) expect(isStale(back, name), name).to.equal(true)
    await remove(image.uid, 'take down')
    expect(await timeOf()).to.be.above(firstTime)
  })

  it('revokes the tokens of files that are taken down, and only of those', async () => {
    const [soft, hard] = [await addImage(), await addImage()]
    const notBefore = (subjectUid: string) =>
      right(subject.revocations.findNotBefore({ kind: 'uid', subject: subjectUid }))
    expect((await remove(soft.uid)).revocations).to.deep.equal([])
    expect(await notBefore(soft.uid)).to.equal(0)
    const { revocations } = await remove(hard.uid, 'take down')
    expect(revocations).to.deep.equal([
      { kind: 'uid', subject: hard.uid, notBefore: await notBefore(hard.uid) },
    ])
    expect(await notBefore(hard.uid)).to.be.above(0)
    await restore(hard.uid)
    expect(await notBefore(hard.uid)).to.equal(revocations[0]?.notBefore)
    // The second of two takedowns refuses what was minted between them.
    const [second] = (await remove(hard.uid, 'take down')).revocations
    expect(second?.notBefore).to.be.above(revocations[0]?.notBefore ?? expect.fail())
    for (let n = 0; n < 40; n += 1) await remove(hard.uid, 'take down')
    expect(await notBefore(hard.uid)).to.be.below((second?.notBefore ?? 0) + 30)
  })

  it('cancels the job of a deleted file, and queues it when the file is restored', async () => {
    const { uid } = await addFilm()
    const [job] = await jobsOf(uid)
    const leased = await right(subject.jobs.takeOne(job?.uid ?? expect.fail()))
    if (O.isNone(leased)) return expect.fail('it is not waiting')
    await remove(uid)
    expect((await jobsOf(uid)).map(({ state }) => state)).to.deep.equal(['cancelled'])
    const completion = { lease: leased.value.lease, warnings: [] }
    expect(await right(subject.contentFiles.addExports(uid, [aNewContentExport()], completion))).to.equal(
      false,
    )
    expect(await right(subject.contentFiles.addExports(uid, [aNewContentExport()], null))).to.equal(false)
    expect(await right(subject.jobs.retry(leased.value.uid))).to.equal('wrong state')
    expect(await right(subject.contentFiles.removeUnfinished(uid))).to.equal(false)
    expect(await right(subject.contentFiles.listUnfinished)).to.deep.equal([])
    expect(await restore(uid)).to.equal('restored')
    expect((await jobsOf(uid)).map(({ state }) => state)).to.deep.equal(['waiting'])
    expect(O.toNullable(await stateOf({ uid }))?.state).to.equal('waiting')
  })

  it('cancels a job that makes exports again, and queues it when the file is restored', async () => {
    const { uid } = await addReadyFilm()
    const [first] = await jobsOf(uid)
    await right(subject.jobs.cancel(first?.uid ?? expect.fail()))
    await right(subject.jobs.enqueue(aNewJob({ kind: 'remake', media: { kind: 'content', uid } })))
    await remove(uid)
    const states = async () => (await jobsOf(uid)).map(({ kind, state }) => `${kind} ${state}`)
    expect(await states()).to.deep.equal(['remake cancelled', 'exports cancelled'])
    await restore(uid)
    expect(await states()).to.deep.equal(['remake waiting', 'exports cancelled'])
  })

  it('adds a job to a restored file that has none, and leaves a job alone that had ended before', async () => {
    const [pruned, cancelled] = [await addFilm(), await addFilm()]
    await remove(pruned.uid)
    await right(subject.jobs.prune(-60_000, 10))
    expect(await jobsOf(pruned.uid)).to.deep.equal([])
    await restore(pruned.uid)
    expect((await jobsOf(pruned.uid)).map(({ state }) => state)).to.deep.equal(['waiting'])
    const [job] = await jobsOf(cancelled.uid)
    await right(subject.jobs.cancel(job?.uid ?? expect.fail()))
    await new Promise((resolve) => setImmediate(resolve))
    await remove(cancelled.uid)
    await restore(cancelled.uid)
    expect((await jobsOf(cancelled.uid)).map(({ state }) => state)).to.deep.equal(['cancelled'])
  })

  it('changes, remakes and lists nothing of a deleted file', async () => {
    const file = await addImage()
    await right(subject.imageFiles.addExports(file.uid, [aNewImageExport({ recipe: 1 })], null))
    await remove(file.uid)
    expect(await right(subject.media.change(file.uid, { title: 'x' }, null))).to.equal('deleted')
    expect(await right(subject.media.change(file.uid, { title: 'x' }, [7]))).to.equal('deleted')
    expect([
      ...(await right(subject.media.changeAll([file.uid, 'if_unknown'], { title: 'x' }))),
    ]).to.deep.equal([[file.uid, 'deleted']])
    expect((await find(file.uid)).title).to.equal(null)
    expect(await right(subject.imageFiles.countOutdated(2))).to.equal(0)
    expect(await right(subject.imageFiles.listOutdated(2, null))).to.deep.equal([])
    const next = [aNewImageExport({ recipe: 2 })]
    expect(await right(subject.imageFiles.replaceExports(file.uid, next, null))).to.equal(false)
    await restore(file.uid)
    expect(await right(subject.imageFiles.replaceExports(file.uid, next, null))).to.equal(true)
  })

  it('restores what is deleted, and nothing else', async () => {
    const { uid } = await addReadyImage()
    expect(await restore(uid)).to.equal('not deleted')
    expect(await restore('if_unknown')).to.equal('missing')
    await remove(uid, 'take down')
    expect(await restore(uid)).to.equal('restored')
    expect(await restore(uid)).to.equal('not deleted')
    expect(await find(uid)).to.include({
      deletedAt: null,
      purgeAfter: null,
      isTakenDown: false,
      isPublic: true,
    })
    expect(await right(subject.imageFiles.isPublic(uid))).to.equal(true)
    expect(await right(subject.trash.listTakenDown(null, 10))).to.deep.equal([])
  })
}
