import { expect } from 'chai'
import { createMediaStatus } from '../../../src/domain/jobs/media-status.ts'
import { forbidden } from '../../../src/domain/shared/errors.ts'
import { E } from '../../../src/fp.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'
import { aNewFileJob, aNewImageFile, anImageFileUid } from '../../support/builders.ts'
import { left, right } from '../../support/expect-right.ts'
import { createMemoryLarder, createStandingClock } from '../../support/memory-larder.ts'

describe('the state of a file for viewers', () => {
  it('is one query a second, however many viewers ask, and only for viewers of the file', async () => {
    const { clock, advance } = createStandingClock()
    const { imageFiles, contentFiles } = await createMemoryLarder({ clock })
    const file = aNewImageFile()
    await right(imageFiles.add(file, aNewFileJob()))
    let queries = 0
    const counting: typeof imageFiles.findState = (uid) => {
      queries += 1
      return imageFiles.findState(uid)
    }
    const status = createMediaStatus({
      imageFiles: { findState: counting },
      contentFiles,
      callerAccess: {
        authorize: (_, uid, caller) => async () =>
          caller?.grant.sub === uid ? E.right({ flag: null }) : E.left(forbidden('other_subject')),
      },
      monotonic: asMonotonic(clock),
    })
    const viewerOf = (sub: string) => ({
      kind: 'image' as const,
      grant: { sub, iat: 0, exp: 0, restrictions: {} },
      jwt: '',
      carrier: 'query' as const,
    })
    const viewer = viewerOf(file.uid)
    const states = await Promise.all(
      Array.from({ length: 50 }, () => right(status.read('image', file.uid, viewer))),
    )
    expect(new Set(states.map(({ state }) => state))).to.deep.equal(new Set(['waiting']))
    expect(queries).to.equal(1)
    advance(1)
    await right(status.read('image', file.uid, viewer))
    expect(queries).to.equal(2)

    expect(await left(status.read('image', anImageFileUid(), viewer))).to.include({ _tag: 'Forbidden' })
    expect(queries).to.equal(2)
    const missing = anImageFileUid()
    expect(await left(status.read('image', missing, viewerOf(missing)))).to.include({ _tag: 'NotFound' })
    expect(queries).to.equal(3)
  })
})
