import { expect } from 'chai'
import type { Larder } from '../../../src/composition/larder.ts'
import { addFile } from '../../../src/domain/ingest/add-file.ts'
import { E, O } from '../../../src/fp.ts'
import { left, right } from '../../support/expect-right.ts'
import { addOptions, createLarderWithKeys, usePictureFolder } from '../../support/ingest-scene.ts'
import { anyMedia } from '../../support/media-filters.ts'
import { createStandingClock } from '../../support/memory-larder.ts'

const listedTakenDown = async ({ trash }: Pick<Larder, 'trash'>) =>
  (await right(trash.listTakenDown(null, 10))).map(({ uid }) => uid)

describe('a file that is added while one with its bytes is deleted', () => {
  const paths = usePictureFolder()
  const create = async () => {
    const { clock, advance } = createStandingClock()
    const { larder, keys } = await createLarderWithKeys({ clock })
    const add = (isOnlyQueued = false) => addFile(larder, paths.picture, addOptions({ isOnlyQueued }))
    const listed = async () => (await right(larder.media.list(anyMedia, 10, null))).items
    return { larder, keys, advance, add, listed }
  }

  it('is restored from the trash, with what was known of it, and its job', async () => {
    const { larder, keys, add, listed } = await create()
    const { uid } = await right(add(true))
    await right(larder.library.change(uid, { title: 'a title', isPublic: true }, null))
    await right(larder.trashService.delete(uid, 'trash'))
    const before = new Set(keys)
    const again = await right(add(true))
    expect(again).to.include({ uid, state: 'queued' })
    expect(again.warnings).to.deep.equal(['it was in the trash, and is restored'])
    expect(keys).to.deep.equal(before)
    expect((await listed()).map((item) => [item.title, item.isPublic, item.state])).to.deep.equal([
      ['a title', true, 'waiting'],
    ])
    expect((await right(add(true))).warnings).to.deep.equal([])
  })

  it('is refused if it was taken down, also after it was erased, and leaves nothing', async () => {
    const { larder, keys, add, listed } = await create()
    const { uid } = await right(add(true))
    await right(larder.trashService.delete(uid, 'take down'))
    const before = new Set(keys)
    const refused = {
      _tag: 'Refused',
      message: 'these bytes were taken down, so they are not accepted again',
    }
    expect(await left(add())).to.deep.equal(refused)
    expect(keys).to.deep.equal(before)
    expect((await right(larder.trashService.delete(uid, 'erase'))).isErased).to.equal(true)
    expect(await left(add())).to.deep.equal(refused)
    expect([...keys].filter((key) => key.startsWith('s3_files/'))).to.deep.equal([])
    expect(await listed()).to.deep.equal([])
    expect(await right(larder.ingest.oldest)).to.deep.equal({
      image: O.none,
      content: O.none,
      isEmpty: false,
    })
  })

  it('does not restore a file that was taken down after it was found in the trash', async () => {
    const { larder, add } = await create()
    const { uid } = await right(add(true))
    await right(larder.trashService.delete(uid, 'trash'))
    const { findTwin } = larder.trash
    const racing = {
      ...larder.trash,
      findTwin: (sha512: string) => async () => {
        const found = await findTwin(sha512)()
        await right(larder.trashService.delete(uid, 'take down'))
        return found
      },
    }
    Object.assign(larder.trash, racing)
    const { message } = (await left(add(true))) as { readonly message: string }
    expect(message).to.equal('these bytes were taken down, so they are not accepted again')
    expect(await right(larder.trash.isInTrash(uid))).to.equal(true)
    expect(await listedTakenDown(larder)).to.deep.equal([uid])
  })

  it('is added anew if it was purged from the trash', async () => {
    const { larder, advance, add } = await create()
    const { uid } = await right(add(true))
    await right(larder.trashService.delete(uid, 'trash'))
    advance(604_801)
    await right(larder.trashSweep.run(new AbortController().signal))
    const again = await right(add(true))
    expect(again.uid).not.to.equal(uid)
    expect(again.warnings).to.deep.equal([])
  })

  it('has no exports made while it is in the trash', async () => {
    const { larder, keys, add } = await create()
    const { kind, uid } = await right(add(true))
    const before = new Set(keys)
    await right(larder.trash.delete([uid], 'trash', 100))
    expect(E.isLeft(await larder.ingest.enqueue({ kind, uid }, 'exports')())).to.equal(true)
    await right(larder.ingest.enqueueWaiting)
    expect(
      (await right(larder.jobs.list({ state: 'waiting', kind: null, media: uid }, 10, null))).items,
    ).to.deep.equal([])
    expect(await right(larder.ingest.listUnfinished)).to.deep.equal([])
    expect(keys).to.deep.equal(before)
  })
})
