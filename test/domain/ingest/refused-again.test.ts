import { expect } from 'chai'
import { addFile } from '../../../src/domain/ingest/add-file.ts'
import { refused } from '../../../src/domain/shared/errors.ts'
import { TE } from '../../../src/fp.ts'
import { left, right } from '../../support/expect-right.ts'
import { createStoreWithKeys, usePictureFolder } from '../../support/ingest-scene.ts'
import { createMemoryLarder } from '../../support/memory-larder.ts'

const options = { isPublic: false, onRegistered: () => undefined, onProgress: () => undefined }

describe('a file that is refused', () => {
  const paths = usePictureFolder()

  const createScene = async () => {
    const { images } = await createMemoryLarder()
    const { store, keys } = createStoreWithKeys()
    const render: typeof images.render = () => TE.left(refused('it has no pixels'))
    return { keys, larder: await createMemoryLarder({ store, images: { ...images, render } }) }
  }

  it('is removed again by the command that added it', async () => {
    const { larder, keys } = await createScene()
    await left(addFile(larder, paths.picture, options))
    expect(await right(larder.ingest.listUnfinished)).to.deep.equal([])
    expect(keys.size).to.equal(0)
  })

  it('stays if the library had it before: others know its uid, its title and why it has no exports', async () => {
    const { larder, keys } = await createScene()
    const { kind, uid } = await right(addFile(larder, paths.picture, { ...options, isOnlyQueued: true }))
    // First the waiting job, then a retry of the failed one.
    for (const time of ['first', 'second']) {
      expect((await left(addFile(larder, paths.picture, options)))._tag, time).to.equal('Refused')
      expect(await right(larder.ingest.listUnfinished), time).to.deep.equal([{ kind, uid }])
      expect(keys.size, time).to.equal(1)
      const [job] = (await right(larder.jobs.list({ state: null, kind: null, media: uid }, 10, null))).items
      expect([job?.state, job?.error], time).to.deep.equal(['failed', 'it has no pixels'])
    }
  })
})
