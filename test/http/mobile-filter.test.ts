import { expect } from 'chai'
import type { Larder } from '../../src/composition/larder.ts'
import { right } from '../support/expect-right.ts'
import { type SeededLadder, seedLadder } from '../support/library.ts'
import { createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'

describe('filters of a master playlist, over a socket (§5.2, §5.3)', () => {
  const written = new Set<string>()
  let server: TestServer
  let film: SeededLadder
  let jwt: string

  before(async () => {
    const plain: Larder = await createMemoryLarder()
    const larder = await createMemoryLarder({
      ...plain,
      cache: {
        ...plain.cache,
        set: (key, value, since) => {
          written.add(key.name)
          return plain.cache.set(key, value, since)
        },
      },
    })
    server = await listen(larder)
    film = await seedLadder(larder)
    jwt = await right(larder.tokens.mint('content', film.uid, 1800))
  })
  after(() => server.close())

  const send = (query: string) =>
    server.get(`/api/1/content_files/${film.uid}/mobile.m3u8?jwt=${jwt}&presign=0&${query}`)

  const variants = async (query: string) => {
    const text = await (await send(query)).text()
    return [...text.matchAll(/^\.\.\/exports\/(.*)\.m3u8$/gm)].map(([, listed]) => {
      const variant = [film.high, film.low, film.sound].find(({ uid }) => uid === listed)
      return variant?.video?.height ?? 0
    })
  }

  it('drop variants by size, pixel ratio and bandwidth', async () => {
    expect(await variants('')).to.deep.equal([360, 1080, 0])
    expect(await variants('bmin=90000')).to.deep.equal([360, 1080])
    expect(await variants('bmax=1000000')).to.deep.equal([360, 0])
    expect(await variants('bmin=2000000')).to.deep.equal([1080])
    expect(await variants('w=640&h=360')).to.deep.equal([360, 0])
    expect(await variants('w=640&h=360&pr=3')).to.deep.equal([360, 1080, 0])
    expect(await variants('w=640')).to.deep.equal([360, 1080, 0])
  })

  it('accept a bmax of any size (W21)', async () => expect(await variants('bmax=64000')).to.deep.equal([0]))

  it('return 422 for invalid filters, with every fault listed, and never 500 (W20)', async () => {
    for (const query of [
      'pr=abc',
      'pr=nan',
      'pr=17',
      'w=inf',
      'h=0',
      'bmin=-1',
      'bmin=5&bmax=4',
      'w=1&w=2',
    ]) {
      const response = await send(query)
      expect(response.status, query).to.equal(422)
    }
    const response = await send('w=nan&h=0.5&pr=0&bmin=x&bmax=1.5')
    const { type, detail } = (await response.json()) as { type: string; detail: ReadonlyArray<unknown> }
    expect(type).to.equal('unprocessable')
    expect(detail).to.deep.equal([
      { loc: ['query', 'w'], msg: 'should be a number of at least 1', type: 'pixels' },
      { loc: ['query', 'h'], msg: 'should be a number of at least 1', type: 'pixels' },
      { loc: ['query', 'pr'], msg: 'should be a number above 0 and up to 16', type: 'pixel_ratio' },
      { loc: ['query', 'bmin'], msg: 'should be a whole number of at least 0', type: 'bandwidth' },
      { loc: ['query', 'bmax'], msg: 'should be a whole number of at least 0', type: 'bandwidth' },
    ])
  })

  it('report no faults to a caller without a token', async () => {
    const path = `/api/1/content_files/${film.uid}/mobile.m3u8?w=nan`
    expect((await server.get(path)).status).to.equal(401)
    expect((await server.get(`${path}&jwt=${jwt}x`)).status).to.equal(403)
  })

  it('create no cache keys, however many variations viewers send (W10)', async () => {
    await send('')
    const before = [...written]
    for (let i = 1; i <= 100; i++)
      expect((await send(`w=${i}&h=${i}&pr=${i / 10}&bmin=${i}`)).status).to.equal(200)
    expect([...written]).to.deep.equal(before)
    expect(before).to.deep.equal([`content_files:playlists:mobile:${film.uid}`])
  })
})
