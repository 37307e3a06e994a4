import { expect } from 'chai'
import type { Larder } from '../../../src/composition/larder.ts'
import { right } from '../../support/expect-right.ts'
import { createMemoryLarder, listen, type TestServer } from '../../support/memory-larder.ts'

describe('admins by the API (§8.12)', () => {
  let larder: Larder
  let server: TestServer
  let jwt: string

  beforeEach(async () => {
    larder = await createMemoryLarder()
    server = await listen(larder)
    await right(larder.admins.setAdmin('zoë', true))
    jwt = await right(larder.admins.mintIdToken('zoë'))
  })
  afterEach(() => server.close())

  const send = async (path: string, method = 'GET') => {
    const response = await server.get(`/api/1/admin/admins${path}`, {
      method,
      headers: { authorization: `bearer ${jwt}` },
    })
    const text = await response.text()
    return {
      status: response.status,
      body: text === '' ? null : (JSON.parse(text) as Record<string, unknown>),
    }
  }
  const statusOf = async (path: string, method?: string) => (await send(path, method)).status

  it('are added and found by any subject, as often as one likes, and removed once', async () => {
    for (const sub of ['ann', 'auth0|1', 'a/b', 'a%2Fb', 'ünï 🦊', '?', '#', "o'hara", '~x']) {
      const path = `/${encodeURIComponent(sub)}`
      expect(await statusOf(path), sub).to.equal(404)
      expect(await statusOf(path, 'PUT'), sub).to.equal(204)
      expect(await statusOf(path, 'PUT'), sub).to.equal(204)
      expect((await send(path)).body, sub).to.deep.equal({ sub, admin: true })
      const token = await right(larder.admins.mintIdToken(sub))
      expect((await right(larder.admins.authenticate(token))).sub).to.equal(sub)
      expect(await statusOf(path, 'DELETE'), sub).to.equal(204)
      expect(await statusOf(path, 'DELETE'), sub).to.equal(404)
      expect(await larder.admins.authenticate(token)(), sub).to.deep.include({ _tag: 'Left' })
    }
    for (const bad of ['%00', '%0A', '%', '%zz', '%ff', 'a%C3', '%ED%A0%80', 'x'.repeat(513)])
      expect(await statusOf(`/${bad}`, 'PUT'), bad).to.equal(422)
  })

  it('are listed in pages', async () => {
    for (const sub of ['c', 'a', 'b']) await statusOf(`/${sub}`, 'PUT')
    const first = await send('?limit=3')
    expect(first.body?.items).to.deep.equal([{ sub: 'a' }, { sub: 'b' }, { sub: 'c' }])
    const second = await send(`?limit=3&after=${first.body?.next}`)
    expect(second.body).to.deep.equal({ items: [{ sub: 'zoë' }], next: null })
    for (const query of ['?after=', '?after=~', '?after=AA', '?limit=x'])
      expect(await statusOf(query), query).to.equal(422)
  })

  it('never end: the last one stays', async () => {
    const { status, body } = await send(`/${encodeURIComponent('zoë')}`, 'DELETE')
    expect(status).to.equal(409)
    expect(body).to.include({ type: 'conflict', message: 'zoë is the only admin: add another one first' })
    expect(await statusOf('/ann', 'PUT')).to.equal(204)
    expect(await statusOf(`/${encodeURIComponent('zoë')}`, 'DELETE')).to.equal(204)
    expect(await statusOf('')).to.equal(403)
  })
})
