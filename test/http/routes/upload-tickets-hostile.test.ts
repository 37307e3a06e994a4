import { expect } from 'chai'
import { right } from '../../support/expect-right.ts'
import { poster } from '../../support/pictures.ts'
import { createUploadScene, tusHeaders, type UploadScene } from '../../support/upload-scene.ts'

describe('[§11.4] what a ticket does not open', () => {
  let scene: UploadScene
  let picture: Buffer
  before(async () => {
    picture = await poster().png().toBuffer()
    scene = await createUploadScene()
  })
  after(() => scene.close())

  const unknown = 'A'.repeat(43)

  /** Every request that a ticket may make, of one upload. */
  const requestsOf = (uid: string): ReadonlyArray<readonly [path: string, init: RequestInit]> => {
    const patch = { 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' }
    return [
      [`/api/1/uploads/${uid}`, {}],
      [`/api/1/uploads/tus/${uid}`, { headers: tusHeaders }],
      [`/api/1/uploads/tus/${uid}`, { method: 'PATCH', headers: { ...tusHeaders, ...patch }, body: 'x' }],
      [`/api/1/uploads/tus/${uid}`, { method: 'DELETE', headers: tusHeaders }],
    ]
  }
  const beginRequests: ReadonlyArray<readonly [path: string, init: RequestInit]> = [
    ['/api/1/uploads/tus', { method: 'POST', headers: { ...tusHeaders, 'upload-length': '10' } }],
    ['/api/1/uploads', { method: 'POST', body: new FormData() }],
  ]

  /** Returns a reply without what differs from request to request. */
  const shown = async (path: string, token: string, init: RequestInit) => {
    const { status, json, headers } = await scene.send(path, token, init)
    const { date: _, 'server-timing': __, ...rest } = Object.fromEntries(headers)
    return { status, json, headers: rest }
  }

  it('opens nothing late, revoked, from another page, or of a former admin: as one that never existed', async () => {
    const late = await scene.issue({ expiresInSeconds: 60, count: 2 })
    const own = await scene.createTus(late.secret, 10)
    scene.advance(61)
    const [revoked, foreign] = [await scene.issue(), await scene.issue({ origins: ['https://a.example'] })]
    await right(scene.larder.revocationService.revoke({ kind: 'jti', subject: revoked.ticket.uid }))
    await right(scene.larder.admins.setAdmin('bob', true))
    const { secret: former } = await right(
      scene.larder.ticketService.issue('bob', {
        ...{ maxBytes: 100, kinds: ['image'], count: 1, origins: null, mayView: true, expiresInSeconds: 60 },
        details: { title: null, isPublic: false, metadata: {} },
      }),
    )
    await right(scene.larder.admins.setAdmin('bob', false))
    for (const [path, init] of [...beginRequests, ...requestsOf(own.uid)]) {
      const expected = await shown(path, unknown, init)
      expect(expected.status).to.equal(403)
      for (const token of [late.secret, revoked.secret, foreign.secret, former])
        expect(await shown(path, token, init), `${init.method} ${path}`).to.deep.equal(expected)
    }
  })

  it('begins no upload once it is used up: as one that never existed', async () => {
    const { secret } = await scene.issue()
    expect((await scene.postForm(secret, picture)).status).to.equal(201)
    const form = () => {
      const body = new FormData()
      body.append('file', new Blob([picture]), 'a.png')
      return { method: 'POST', body }
    }
    for (const [path, init] of [
      ['/api/1/uploads/tus', () => beginRequests[0]?.[1] ?? {}],
      ['/api/1/uploads', form],
    ] as const)
      expect(await shown(path, secret, init())).to.deep.equal(await shown(path, unknown, init()))
  })

  it('opens no upload of another: as one that does not exist', async () => {
    const [one, other] = [await scene.issue(), await scene.issue({ count: 5 })]
    const ofOne = await scene.createTus(one.secret, 10)
    const ofAdmin = await scene.createTus(scene.idToken, 10)
    const { json: finished } = await scene.postForm(scene.idToken, picture)
    const missing = 'up_AAAAAAAAAAAAAAAAAAAAAA'
    for (const uid of [ofOne.uid, ofAdmin.uid, String(finished.upload)])
      for (const [index, [path, init]] of requestsOf(uid).entries()) {
        const [nowhere = '', sameInit = {}] = requestsOf(missing)[index] ?? []
        const expected = await shown(nowhere, other.secret, sameInit)
        expect(expected.status).to.equal(404)
        expect(await shown(path, other.secret, init), path).to.deep.equal(expected)
      }
    // Nor does an admin see the uploads of tickets.
    expect((await scene.stateOf(scene.idToken, ofOne.uid)).status).to.equal(404)
    expect((await scene.stateOf(one.secret, ofOne.uid)).status).to.equal(200)
  })

  it('opens nothing but uploads', async () => {
    const { secret } = await scene.issue({ count: 100 })
    const { json } = await scene.postForm(secret, picture)
    for (const path of [
      '/api/1/admin/me',
      '/api/1/admin/media',
      `/api/1/admin/media/${json.uid}`,
      '/api/1/admin/jobs',
      `/api/1/admin/jobs/${json.job}`,
      `/api/1/image_files/${json.uid}/status`,
    ])
      expect((await scene.send(path, secret)).status, path).to.equal(403)
    for (const [path, body] of [
      ['/api/1/admin/upload_tickets', { max_bytes: 1, kinds: ['image'] }],
      ['/api/1/uploads/from_url', { url: 'https://example.org/a.jpg' }],
      ['/api/1/admin/revocations', { jti: 'a' }],
    ] as const) {
      const headers = { 'content-type': 'application/json' }
      const reply = await scene.send(path, secret, { method: 'POST', headers, body: JSON.stringify(body) })
      expect(reply.status, path).to.equal(403)
    }
  })

  it('is not read from the query or the path', async () => {
    const { secret } = await scene.issue({ count: 100 })
    const { uid } = await scene.createTus(secret, 10)
    for (const path of [`/api/1/uploads/${uid}?jwt=${secret}`, `/api/1/~${secret}/uploads/${uid}`]) {
      const reply = await scene.server.get(path)
      expect(reply.status, path).to.be.oneOf([401, 404])
      await reply.text()
    }
  })

  it('tells nothing of the library: the same bytes are another file, and bytes that were taken down are refused without a reason', async () => {
    const { json: known } = await scene.postForm(scene.idToken, picture)
    const { secret } = await scene.issue({ count: 3 })
    const [first, second] = [await scene.postForm(secret, picture), await scene.postForm(secret, picture)]
    expect([first.status, second.status]).to.deep.equal([201, 201])
    expect(new Set([known.uid, first.json.uid, second.json.uid])).to.have.property('size', 3)
    await right(scene.larder.trashService.delete(String(known.uid), 'take down'))
    const refused = await scene.postForm(secret, picture)
    expect([refused.status, refused.json.type, refused.json.message]).to.deep.equal([
      422,
      'refused',
      'the file is not accepted',
    ])
  })

  it('is taken from pages of its origins', async () => {
    const { secret } = await scene.issue({ origins: ['https://a.example'], count: 5 })
    const [path, init] = beginRequests[0] ?? ['', {}]
    for (const [origin, status] of [
      ['https://a.example', 201],
      ['https://b.example', 403],
      ['null', 403],
    ] as const) {
      const headers = { ...(init.headers as Record<string, string>), origin }
      expect((await scene.send(path, secret, { ...init, headers })).status, origin).to.equal(status)
    }
  })
})
