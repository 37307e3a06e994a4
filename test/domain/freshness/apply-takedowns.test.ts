import { expect } from 'chai'
import { createApplyTakedowns } from '../../../src/domain/freshness/apply-takedowns.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { E, TE } from '../../../src/fp.ts'
import type { TakenDownFile } from '../../../src/ports/trash.ts'
import { right } from '../../support/expect-right.ts'
import { seedImage } from '../../support/library.ts'
import { createMemoryLarder } from '../../support/memory-larder.ts'

describe('takedowns that an instance may have missed', () => {
  /** Two files that were taken down; `failsFor`: names of blobs that cannot be deleted. */
  const create = async (failsFor: ReadonlySet<string> = new Set()) => {
    let now = 1_800_000_000_000
    const larder = await createMemoryLarder({ clock: () => now++ })
    const images = [await seedImage(larder), await seedImage(larder)]
    const takeDown = (uid: string) => right(larder.trash.delete([uid], 'take down', 100))
    for (const { uid } of images) await takeDown(uid)
    const deleted: string[] = []
    const ended: string[] = []
    const apply = createApplyTakedowns({
      trash: larder.trash,
      openStreams: { endAllOf: (uid) => void ended.push(uid) },
      blobs: {
        deleteByName: (name) => {
          deleted.push(name)
          return failsFor.has(name) ? TE.left(unavailable('cache')('no')) : TE.right(undefined)
        },
      },
    })
    const [one, other] = images.map(({ uid }) => uid).sort()
    const blobsOf = (uid: string) => right(larder.trash.listBlobsOfTakenDown([uid]))
    return { larder, takeDown, deleted, ended, apply, one: one ?? '', other: other ?? '', blobsOf }
  }

  it('end the streams and delete the blobs of each takedown once', async () => {
    const { larder, takeDown, deleted, ended, apply, one, other, blobsOf } = await create()
    const blobs = [...(await blobsOf(one)), ...(await blobsOf(other))]
    await right(apply(true))
    expect([ended, deleted]).to.deep.equal([[one, other], blobs])
    await right(apply(true))
    expect([ended, deleted]).to.deep.equal([[one, other], blobs])
    // Between two takedowns the file was served.
    await right(larder.trashService.restore(one))
    await takeDown(one)
    await right(apply(true))
    expect(ended.slice(2)).to.deep.equal([one])
    expect(deleted.slice(blobs.length)).to.deep.equal(await blobsOf(one))
  })

  it('delete all other blobs if one cannot be deleted, and that one again', async () => {
    const failing = new Set<string>()
    const { deleted, apply, one, other, blobsOf } = await create(failing)
    const [first = ''] = await blobsOf(one)
    failing.add(first)
    expect(E.isLeft(await apply(true)())).to.equal(true)
    expect(deleted).to.include.members([...(await blobsOf(one)), ...(await blobsOf(other))])
    failing.clear()
    deleted.length = 0
    await right(apply(true))
    expect(deleted).to.include(first)
  })

  it('are applied again while values may be left, from which readers begin and blobs are stored', async () => {
    const { deleted, ended, apply, one, other, blobsOf } = await create()
    const blobs = [...(await blobsOf(one)), ...(await blobsOf(other))]
    await right(apply(false))
    await right(apply(true))
    await right(apply(true))
    expect(ended).to.deep.equal([one, other, one, other])
    expect(deleted).to.deep.equal([...blobs, ...blobs])
  })

  it('are applied again if the last whole listing lacked them', async () => {
    const { larder, deleted, ended, one, other } = await create()
    let listed: ReadonlyArray<TakenDownFile> = await right(larder.trash.listTakenDown(null, 10))
    const [all, fails] = [listed, { now: false }]
    const apply = createApplyTakedowns({
      trash: {
        ...larder.trash,
        listTakenDown: () => (fails.now ? TE.left(unavailable('database')('away')) : TE.right(listed)),
      },
      openStreams: { endAllOf: (uid) => void ended.push(uid) },
      blobs: { deleteByName: (name) => TE.fromIO(() => void deleted.push(name)) },
    })
    await right(apply(true))
    fails.now = true
    expect(E.isLeft(await apply(true)())).to.equal(true)
    fails.now = false
    await right(apply(true))
    expect(ended).to.deep.equal([one, other])
    // An older copy of the database is in use, in which one file is not taken down.
    listed = all.filter(({ uid }) => uid !== one)
    await right(apply(true))
    listed = all
    await right(apply(true))
    expect(ended).to.deep.equal([one, other, one])
  })
})
