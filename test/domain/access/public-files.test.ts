import { readdirSync, readFileSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { createMemoryImageFileRepository } from '../../../src/adapters/memory/memory-image-file-repository.ts'
import type { ImageFileUid } from '../../../src/domain/media/ids.ts'
import { right } from '../../support/expect-right.ts'
import { seedImage } from '../../support/library.ts'
import { createMemoryLarder } from '../../support/memory-larder.ts'

describe('the public flag of an image', () => {
  it('is queried once for all concurrent requests, whichever service asks', async () => {
    const imageFiles = createMemoryImageFileRepository(() => 0)
    const queries: ImageFileUid[] = []
    const larder = await createMemoryLarder({
      imageFiles: {
        ...imageFiles,
        isPublic: (uid) => async () => {
          queries.push(uid)
          for (let turn = 0; turn < 20; turn += 1) await nextTurn()
          return imageFiles.isPublic(uid)()
        },
      },
    })
    const { uid, exports, jwt } = await seedImage(larder)
    await right(imageFiles.setPublic(uid, true))
    const [{ uid: exportUid } = expect.fail('there is no export')] = exports
    // The record of the export is cached, so that its flag is queried at once.
    const grant = await right(larder.tokens.verify('image', jwt))
    await right(larder.exports.openImage(exportUid, { kind: 'image', grant, jwt, carrier: 'header' }))
    const anyFormat = { formats: ['webp'], otherwise: [], size: null }
    await Promise.all([
      right(larder.playlists.showPublicImages(uid, null)),
      right(larder.playlists.chooseImage(uid, null, anyFormat)),
      right(larder.exports.openImage(exportUid, null)),
    ])
    expect(queries.filter((queried) => queried === uid)).to.have.length(1)
  })
})

describe('reads through the cache', () => {
  it('are created once for all services, so that these share each load', () => {
    const creating = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
      (name) =>
        name.endsWith('.ts') &&
        /\bcreate(?:ReadThrough|AuthorizedRead|PublicCheck|CallerAccess)\(/.test(
          readFileSync(`src/${name}`, 'utf8'),
        ),
    )
    // Admin rights have no stale fallback (http-api.md §9.3), and so a read of their own.
    expect(creating).to.have.members(['composition/larder.ts', 'domain/admin/admin-service.ts'])
  })
})
