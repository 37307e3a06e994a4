import { expect } from 'chai'
import { E, O } from '../../src/fp.ts'
import { cacheKeys } from '../../src/ports/cache-keys.ts'
import { takenDownPrefix } from '../../src/ports/trash.ts'
import { aNewContentFile, aNewFileJob, aNewImageExport } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { createTrashScene, type TrashSubject } from '../support/trash-scene.ts'

/** What every Trash promises of purged files, and of their bytes. `make` returns an empty library. */
export const trashPurgeContract = (make: () => Promise<TrashSubject>): void => {
  let subject: TrashSubject
  beforeEach(async () => {
    subject = await make()
  })
  const { addImage, addReadyImage, addReadyFilm, remove, restore, jobsOf } = createTrashScene(() => subject)

  it('purges what has expired, and keeps the keys of its objects until they are forgotten', async () => {
    const image = await addReadyImage()
    await right(subject.imageFiles.replaceExports(image.uid, [aNewImageExport({ recipe: 9 })], null))
    const kept = await addReadyImage()
    await remove(kept.uid)
    await remove(image.uid, 'trash', 0)
    expect(await right(subject.trash.isDue)).to.equal(true)
    expect(await right(subject.trash.listExpired(10))).to.deep.equal([image.uid])
    expect((await right(subject.trash.purge(kept.uid))).isPurged).to.equal(false)
    const { isPurged, stale } = await right(subject.trash.purge(image.uid))
    expect(isPurged).to.equal(true)
    expect(stale.names).to.include(cacheKeys.storedFile({ uid: image.exported.file.uid }).name)
    expect((await right(subject.trash.purge(image.uid))).isPurged).to.equal(false)
    expect(await restore(image.uid)).to.equal('missing')
    expect(await right(subject.media.find(image.uid))).to.deep.equal(O.none)
    expect(await jobsOf(image.uid)).to.deep.equal([])
    const keys = await right(subject.trash.listPurgedObjects(image.uid, 10))
    expect(keys).to.have.length(3)
    expect(keys).to.include.members([image.original.key, image.exported.file.key])
    expect(await right(subject.trash.listPurgedObjects(null, 2))).to.have.length(2)
    expect(await right(subject.trash.listPurgedObjects('if_other', 2))).to.deep.equal([])
    await right(subject.trash.forgetPurgedObjects(keys.slice(0, 2)))
    expect(await right(subject.trash.listPurgedObjects(null, 10))).to.deep.equal(keys.slice(2))
    await right(subject.trash.forgetPurgedObjects(keys))
    expect(await right(subject.trash.isDue)).to.equal(false)
    expect(await right(subject.trash.hasDeleted)).to.equal(true)
  })

  it('ends the graces that are due, no more than it may', async () => {
    const films = [await addReadyFilm(), await addReadyFilm(), await addReadyFilm()]
    for (const { uid } of films) await remove(uid)
    const isServed = async ({ part }: (typeof films)[number]) =>
      O.isSome(await right(subject.contentFiles.findPart(part)))
    const served = async () => (await Promise.all(films.map(isServed))).filter(Boolean).length
    await subject.advance(599)
    const late = await addReadyFilm()
    await remove(late.uid)
    expect([
      await right(subject.trash.isDue),
      (await right(subject.trash.endGraces(10))).count,
    ]).to.deep.equal([false, 0])
    await subject.advance(2)
    expect(await right(subject.trash.isDue)).to.equal(true)
    const { count, stale } = await right(subject.trash.endGraces(2))
    expect([count, await served()]).to.deep.equal([2, 1])
    const parts = films.map(({ part }) => cacheKeys.contentPart({ uid: part }))
    const dropped = parts.filter(
      ({ name, family }) => stale.names.includes(name) || stale.families.includes(family),
    )
    expect(dropped.length).to.be.at.least(2)
    expect((await right(subject.trash.endGraces(2))).count).to.equal(1)
    expect((await right(subject.trash.endGraces(2))).count).to.equal(0)
    expect([await served(), await isServed(late)]).to.deep.equal([0, true])
    for (const { uid } of films) expect(await restore(uid)).to.equal('restored')
    expect(await served()).to.equal(3)
  })

  it('lists the files whose time has come, no more than it may, and no film before its grace has ended', async () => {
    const [image, other, film] = [await addReadyImage(), await addReadyImage(), await addReadyFilm()]
    for (const { uid } of [image, other, film]) await remove(uid, 'trash', 0)
    const kept = await addReadyImage()
    await remove(kept.uid)
    expect(await right(subject.trash.listExpired(10))).to.have.members([image.uid, other.uid])
    expect(await right(subject.trash.listExpired(1))).to.have.length(1)
    await subject.advance(601)
    await right(subject.trash.endGraces(10))
    expect(await right(subject.trash.listExpired(10))).to.have.members([image.uid, other.uid, film.uid])
    expect(await right(subject.trash.listExpired(2))).to.have.length(2)
    expect(await right(subject.trash.countExpired)).to.equal(3)
  })

  it('says how many objects of an erased file are left, and which of them are kept', async () => {
    const film = await addReadyFilm()
    const erasure = () => right(subject.trash.findErasure(film.uid))
    expect(await erasure()).to.deep.equal(O.none)
    await remove(film.uid, 'take down')
    expect(await erasure(), 'not purged yet').to.deep.equal(O.none)
    await remove(film.uid, 'erase')
    const keys = await right(subject.trash.listPurgedObjects(film.uid, 50))
    expect(await erasure()).to.deep.equal(O.some({ left: keys.length, kept: 0 }))
    await right(subject.trash.keepPurgedObjects(keys.slice(0, 1)))
    expect(await erasure()).to.deep.equal(O.some({ left: keys.length - 1, kept: 1 }))
    expect(await right(subject.trash.listPurgedObjects(film.uid, 50))).to.deep.equal(keys.slice(1))
    expect(await right(subject.trash.listPurgedObjects(null, 50))).to.deep.equal(keys.slice(1))
    await right(subject.trash.forgetPurgedObjects(keys.slice(1)))
    expect(await erasure()).to.deep.equal(O.some({ left: 0, kept: 1 }))
    expect(await right(subject.trash.isDue), 'nothing else can be deleted').to.equal(false)
    await right(subject.trash.forgetPurgedObjects(keys))
    expect(await erasure()).to.deep.equal(O.some({ left: 0, kept: 0 }))
    expect(await right(subject.trash.findErasure('if_other'))).to.deep.equal(O.none)
  })

  it('erases at once, and remembers the bytes of what was taken down', async () => {
    const film = await addReadyFilm()
    const { deletions, stale } = await remove(film.uid, 'erase')
    expect(deletions.get(film.uid)?.purgeAfter).to.equal(deletions.get(film.uid)?.deletedAt)
    expect(stale.names).to.include(takenDownPrefix + film.uid)
    expect(await right(subject.media.find(film.uid))).to.deep.equal(O.none)
    const parts = film.exported.parts.map(({ file }) => file.key)
    expect(await right(subject.trash.listPurgedObjects(film.uid, 50))).to.have.members([
      film.original.key,
      ...parts,
    ])
    expect(await right(subject.trash.findTwin(film.sha512))).to.deep.equal(
      O.some({ uid: film.uid, isTakenDown: true }),
    )
    expect((await right(subject.trash.listTakenDown(null, 10))).map(({ uid }) => uid)).to.deep.equal([
      film.uid,
    ])
    expect(await right(subject.trash.listBlobsOfTakenDown([film.uid, 'if_other']))).to.have.length(
      1 + parts.length,
    )
    const again = aNewContentFile({ sha512: film.sha512 })
    expect(await right(subject.contentFiles.add(again, aNewFileJob()))).to.equal(false)
  })

  it('accepts bytes again that were taken down and purged, and still knows which blobs they had', async () => {
    const [erased, inTrash] = [await addReadyFilm(), await addReadyFilm()]
    await remove(erased.uid, 'erase')
    await remove(inTrash.uid, 'take down')
    const refused = await right(subject.trash.listRefusedBytes(null, 10))
    const expected = [erased, inTrash].map(({ uid, sha512 }) => ({ uid, sha512 }))
    expect(refused.map(({ uid, sha512 }) => ({ uid, sha512 }))).to.deep.equal(
      expected.sort((a, b) => (a.uid < b.uid ? -1 : 1)),
    )
    expect(await right(subject.trash.listRefusedBytes(refused[0]?.uid ?? '', 10))).to.deep.equal(
      refused.slice(1),
    )
    expect(await right(subject.trash.listRefusedBytes(null, 1))).to.deep.equal(refused.slice(0, 1))
    expect(await right(subject.trash.acceptBytes(inTrash.sha512))).to.equal('in trash')
    expect(await right(subject.trash.acceptBytes('0'.repeat(128)))).to.equal('missing')
    expect(await right(subject.trash.acceptBytes(erased.sha512))).to.equal('accepted')
    expect(await right(subject.trash.acceptBytes(erased.sha512))).to.equal('missing')
    expect(await right(subject.trash.findTwin(erased.sha512))).to.deep.equal(O.none)
    expect(await right(subject.trash.listRefusedBytes(null, 10))).to.have.length(1)
    expect(await right(subject.trash.listBlobsOfTakenDown([erased.uid]))).not.to.deep.equal([])
    const again = aNewContentFile({ sha512: erased.sha512 })
    expect(await right(subject.contentFiles.add(again, aNewFileJob()))).to.equal(true)
  })

  it('finds the twin of bytes in the trash, and accepts them again after a restore', async () => {
    const { uid, sha512 } = await addImage()
    const twin = () => right(subject.trash.findTwin(sha512))
    expect(await twin()).to.deep.equal(O.none)
    await remove(uid)
    expect(await twin()).to.deep.equal(O.some({ uid, isTakenDown: false }))
    await remove(uid, 'take down')
    expect(await twin()).to.deep.equal(O.some({ uid, isTakenDown: true }))
    expect(await right(subject.trash.isInTrash(uid))).to.equal(true)
    await restore(uid)
    expect(await twin()).to.deep.equal(O.none)
    expect(await right(subject.trash.isInTrash(uid))).to.equal(false)
    expect(E.isRight(await subject.trash.isInTrash('no such file')())).to.equal(true)
  })
}
