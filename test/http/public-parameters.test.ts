import { expect } from 'chai'
import { cacheKeys } from '../../src/ports/cache-keys.ts'
import { right } from '../support/expect-right.ts'
import { seedImage } from '../support/library.ts'
import { createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'

describe('an invalid parameter [V65]', () => {
  let server: TestServer
  afterEach(() => server.close())

  it('gets 422 on a public image, and 401 on any other image without a token', async () => {
    const larder = await createMemoryLarder()
    const { uid, jwt } = await seedImage(larder)
    server = await listen(larder)
    const wrong = [
      `/api/1/image_files/${uid}/best?w=wide`,
      `/api/1/image_files/playlist/${uid}?public=1&presign=define`,
    ]
    const statuses = (paths: ReadonlyArray<string>) =>
      Promise.all(paths.map(async (path) => (await server.get(path)).status))

    expect(await statuses(wrong)).to.deep.equal([401, 401])
    expect(await statuses(wrong.map((path) => `${path}&jwt=${jwt}`))).to.deep.equal([422, 422])

    await right(larder.imageFiles.setPublic(uid, true))
    await right(larder.cache.delete(cacheKeys.imagePublic({ uid })))
    expect(await statuses(wrong)).to.deep.equal([422, 422])
    const { detail } = (await (await server.get(wrong[0] ?? '')).json()) as {
      detail: ReadonlyArray<{ readonly loc: unknown }>
    }
    expect(detail).to.have.length(1)
    expect(detail[0]?.loc).to.deep.equal(['query', 'w'])
    const list = `/api/1/image_files/playlist/${uid}`
    expect(await statuses([`${list}?presign=define`, `${list}?presign=query`, list])).to.deep.equal([
      422, 422, 200,
    ])
  })
})
