import { expect } from 'chai'
import { right } from '../support/expect-right.ts'
import { seedFilm } from '../support/library.ts'
import { bearer, createMemoryLarder, listen } from '../support/memory-larder.ts'

describe('the share page in a frame of another site', () => {
  it('is shown if its file is public and no token was sent, and never else', async () => {
    const larder = await createMemoryLarder()
    const server = await listen(larder)
    try {
      const [film, secret] = [await seedFilm(larder), await seedFilm(larder)]
      await right(larder.contentFiles.setPublic(film.uid, true))
      const frames = async (uid: string, init: RequestInit = {}) => {
        const reply = await server.get(`/console/watch/${uid}`, {
          ...init,
          headers: { ...init.headers, accept: 'text/html' },
        })
        await reply.text()
        return /frame-ancestors ([^;]*)/.exec(reply.headers.get('content-security-policy') ?? '')?.[1]
      }
      expect(await frames(film.uid)).to.equal('*')
      expect(await frames(film.uid, bearer(film.jwt))).to.equal("'none'")
      expect(await frames(secret.uid)).to.equal("'none'")
      expect(await frames(secret.uid, bearer(secret.jwt))).to.equal("'none'")
      await right(larder.trashService.delete(film.uid, 'trash'))
      expect(await frames(film.uid)).to.equal("'none'")
    } finally {
      await server.close()
    }
  })
})
