import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { UploadUid } from '../../../src/domain/media/ids.ts'
import { O } from '../../../src/fp.ts'
import { right } from '../../support/expect-right.ts'
import { poster } from '../../support/pictures.ts'
import { pollUntilDefined } from '../../support/processes.ts'
import { createUploadScene, type UploadScene } from '../../support/upload-scene.ts'

describe('[§11.4] uploads by ticket', () => {
  let scene: UploadScene
  let picture: Buffer
  before(async () => {
    picture = await poster().png().toBuffer()
  })
  beforeEach(async () => {
    scene = await createUploadScene()
  })
  afterEach(() => scene.close())

  const details = { title: 'From the form', isPublic: true, metadata: { order: 7 } }

  it('become files with what the ticket says of them', async () => {
    const { secret } = await scene.issue({ details })
    const sent = { title: 'mine', alt: 'mine', public: '0', metadata: '{"mine":1}' }
    const { status, json } = await scene.postForm(secret, picture, sent)
    expect([status, json.kind, json.state]).to.deep.equal([201, 'image', 'in_library'])
    expect(await right(scene.larder.library.find(String(json.uid)))).to.deep.include({
      title: 'From the form',
      alt: null,
      isPublic: true,
      metadata: { order: 7 },
      fileName: 'a.png',
    })
  })

  it('have the title of the client if the ticket has none', async () => {
    const { secret } = await scene.issue()
    const { json } = await scene.postForm(secret, picture, { title: 'mine', alt: 'mine', public: '1' })
    expect(await right(scene.larder.library.find(String(json.uid)))).to.deep.include({
      title: 'mine',
      alt: null,
      isPublic: false,
      metadata: {},
    })
  })

  it('show a token for their file only if the ticket says so', async () => {
    for (const mayView of [true, false]) {
      const { secret } = await scene.issue({ mayView })
      const { json } = await scene.postForm(secret, picture)
      const state = await scene.stateOf(secret, String(json.upload))
      expect(state.json).to.include({ state: 'in_library', uid: json.uid, kind: 'image' })
      if (!mayView) expect(state.json).not.to.have.property('jwt')
      else {
        const grant = await right(scene.larder.checkedTokens.verify('image', String(state.json.jwt)))
        expect(grant.sub).to.equal(json.uid)
      }
    }
    const { json } = await scene.postForm(scene.idToken, picture)
    expect((await scene.stateOf(scene.idToken, String(json.upload))).json).not.to.have.property('jwt')
  })

  it('have one of the kinds of the ticket: others are 415, leave nothing, and cost nothing', async () => {
    const { secret } = await scene.issue({ kinds: ['content'] })
    expect(picture.length).to.be.greaterThan(4096)
    const { status, json } = await scene.postForm(secret, picture)
    expect([status, json.type]).to.deep.equal([415, 'unsupported_media'])
    const { path } = await scene.createTus(secret, picture.length)
    expect((await scene.patch(secret, path, 0, picture.subarray(0, 8000))).status).to.equal(415)
    expect(await scene.leftovers()).to.deep.equal([])
    expect((await scene.createTus(secret, picture.length)).status).to.equal(201)
  })

  it('are not longer than the ticket says', async () => {
    const { secret } = await scene.issue({ maxBytes: picture.length - 1 })
    expect((await scene.postForm(secret, picture)).status).to.equal(413)
    expect((await scene.createTus(secret, picture.length)).status).to.equal(413)
    expect((await scene.createTus(secret, picture.length - 1)).status).to.equal(201)
    expect(await scene.leftovers()).to.deep.equal([])
  })

  it('are as many as the ticket says, also if they begin at once', async () => {
    const { secret } = await scene.issue({ count: 2 })
    const begun = await Promise.all([1, 2, 3].map(() => scene.createTus(secret, 10)))
    expect(begun.map(({ status }) => status).sort()).to.deep.equal([201, 201, 403])
    expect((await scene.createTus(secret, 10)).status).to.equal(403)
    const [first] = begun.filter(({ status }) => status === 201)
    expect((await scene.stateOf(secret, first?.uid ?? '')).json).to.include({ state: 'receiving' })
  })

  it('count although their caller ends them', async () => {
    const { secret } = await scene.issue()
    const { path } = await scene.createTus(secret, 10)
    const ended = await scene.send(path, secret, { method: 'DELETE', headers: { 'tus-resumable': '1.0.0' } })
    expect(ended.status).to.equal(204)
    expect((await scene.createTus(secret, 10)).status).to.equal(403)
  })

  it('do not count once they have expired', async () => {
    const { secret } = await scene.issue({ expiresInSeconds: 604_800 })
    await scene.createTus(secret, 10)
    scene.advance(86_401)
    expect((await scene.createTus(secret, 10)).status).to.equal(403)
    await right(scene.larder.sweepUploads(new AbortController().signal))
    expect((await scene.createTus(secret, 10)).status).to.equal(201)
  })

  it('end with the right of their ticket or its admin, also while their bytes arrive', async () => {
    const { larder } = scene
    const byTicket = async () => {
      const { secret, ticket } = await scene.issue()
      return { secret, jti: ticket.uid }
    }
    const byIdToken = async () => {
      const secret = await right(larder.admins.mintIdToken('ann'))
      return { secret, jti: decodeJwt(secret).jti ?? '' }
    }
    const revokeId = (jti: string) => right(larder.revocationService.revoke({ kind: 'jti', subject: jti }))
    const ends = [
      [byTicket, revokeId],
      [byIdToken, revokeId],
      [byIdToken, () => right(larder.revocationService.revoke({ kind: 'sub', subject: 'ann' }))],
      [byTicket, () => right(larder.admins.setAdmin('ann', false))],
    ] as const
    for (const [credential, end] of ends) {
      const { secret, jti } = await credential()
      const { path, uid } = await scene.createTus(secret, picture.length)
      let sendRest = (): void => undefined
      const body = new ReadableStream({
        start: (controller) => {
          controller.enqueue(picture.subarray(0, 5000))
          sendRest = () => {
            controller.enqueue(picture.subarray(5000))
            controller.close()
          }
        },
      })
      const reply = scene.patch(secret, path, 0, body)
      await pollUntilDefined(async () => ((await scene.leftovers()).includes(uid) ? true : undefined))
      await end(jti)
      sendRest()
      expect((await reply).status).to.equal(403)
      const found = await right(larder.uploads.find(uid as UploadUid))
      expect(O.isSome(found) && found.value).to.deep.include({ state: 'receiving', offset: 0 })
    }
    await right(larder.admins.setAdmin('ann', true))
  })

  it('end with the right of their ticket or its admin, also between the file and the end of its form', async () => {
    const { larder } = scene
    const ends = [
      (jti: string) => right(larder.revocationService.revoke({ kind: 'jti', subject: jti })),
      () => right(larder.admins.setAdmin('ann', false)),
    ]
    for (const end of ends) {
      const { secret, ticket } = await scene.issue()
      let sendEnd = (): void => undefined
      const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
      const body = new ReadableStream({
        start: (controller) => {
          controller.enqueue(Buffer.concat([Buffer.from(head), picture, Buffer.from('\r\n--b--\r\n')]))
          sendEnd = () => controller.close()
        },
      })
      const headers = { 'content-type': 'multipart/form-data; boundary=b' }
      const reply = scene.send('/api/1/uploads', secret, {
        method: 'POST',
        headers,
        body,
        duplex: 'half',
      } as RequestInit)
      const uid = await pollUntilDefined(async () => {
        for (const found of await scene.leftovers()) {
          const upload = O.toNullable(await right(larder.uploads.find(found as UploadUid)))
          if (upload?.protocol === 'multipart' && upload.offset === picture.length) return upload.uid
        }
        return undefined
      })
      await end(ticket.uid)
      sendEnd()
      expect((await reply).status).to.equal(403)
      expect(O.isNone(await right(larder.uploads.find(uid)))).to.equal(true)
      expect(await scene.leftovers()).not.to.include(uid)
    }
    await right(larder.admins.setAdmin('ann', true))
  })

  it('are continued by their ticket', async () => {
    const { secret } = await scene.issue()
    const { path, uid } = await scene.createTus(secret, picture.length)
    expect((await scene.patch(secret, path, 0, picture.subarray(0, 5000))).status).to.equal(204)
    const head = await scene.send(path, secret, { method: 'HEAD', headers: { 'tus-resumable': '1.0.0' } })
    expect(head.headers.get('upload-offset')).to.equal('5000')
    expect((await scene.patch(secret, path, 5000, picture.subarray(5000))).status).to.equal(204)
    await pollUntilDefined(async () => {
      const { json } = await scene.stateOf(secret, uid)
      return json.state === 'in_library' ? true : undefined
    })
  })

  it('are 200 unfinished ones for all tickets of an admin, without those that have expired', async () => {
    const issued = await Promise.all([100, 99, 2].map((count) => scene.issue({ count })))
    for (const [index, { ticket, secret }] of issued.entries())
      for (let n = 0; n < ticket.count; n += 1) {
        const { status } = await scene.createTus(secret, 1)
        expect(status).to.equal(index === 2 && n === 1 ? 503 : 201)
      }
    // Their folder may be gone for ever, so that no sweep deletes them.
    scene.advance(86_401)
    const later = await scene.issue()
    expect((await scene.createTus(later.secret, 1)).status).to.equal(201)
    const admin = await scene.createTus(await right(scene.larder.admins.mintIdToken('ann')), 1)
    expect(admin.status).to.equal(201)
  })

  it('are handled three at a time for each ticket', async () => {
    const { secret } = await scene.issue({ count: 4 })
    const other = await scene.issue()
    const begun = await Promise.all([1, 2, 3].map(() => scene.createTus(secret, 10_000)))
    const ends: Array<() => void> = []
    const running = begun.map(({ path }) => {
      const body = new ReadableStream({
        start: (controller) => {
          controller.enqueue(picture.subarray(0, 100))
          ends.push(() => controller.close())
        },
      })
      return scene.patch(secret, path, 0, body)
    })
    const refused = await pollUntilDefined(async () => {
      const reply = await scene.stateOf(secret, begun[0]?.uid ?? '')
      return reply.status === 503 ? reply : undefined
    })
    expect(refused.json.type).to.equal('overloaded')
    expect(refused.headers.get('retry-after')).to.equal('1')
    expect((await scene.createTus(other.secret, 10)).status).to.equal(201)
    for (const end of ends) end()
    for (const { status } of await Promise.all(running)) expect(status).to.equal(204)
    expect((await scene.stateOf(secret, begun[0]?.uid ?? '')).status).to.equal(200)
  })
})
