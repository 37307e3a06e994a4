import { expect } from 'chai'
import type { Larder } from '../../../src/composition/larder.ts'
import { outcomeOfFailure } from '../../../src/domain/jobs/job-outcome.ts'
import { aNewContentFile, aNewFileJob } from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { seedImage } from '../../support/library.ts'
import { bearer, createMemoryLarder, listen, type TestServer } from '../../support/memory-larder.ts'

describe('the routes of jobs', () => {
  let larder: Larder
  let server: TestServer
  let admin: RequestInit
  before(async () => {
    larder = await createMemoryLarder()
    server = await listen(larder)
    await right(larder.admins.setAdmin('ann', true))
    admin = bearer(await right(larder.admins.mintIdToken('ann')))
  })
  after(() => server.close())

  const path = '/api/1/admin/jobs'
  const request = async (method: string, where: string, body?: unknown) => {
    const reply = await server.get(`${path}${where}`, {
      method,
      headers: { ...(admin.headers as Record<string, string>), 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: reply.status, json: (await reply.json()) as Record<string, unknown> }
  }

  it('are for admins only', async () => {
    expect((await server.get(path)).status).to.equal(401)
    const stranger = bearer(await right(larder.admins.mintIdToken('eve')))
    expect((await server.get(path, stranger)).status).to.equal(403)
    expect((await server.get(`${path}/job_x/retry`, { method: 'POST', ...stranger })).status).to.equal(403)
  })

  it('list jobs, show one, and change it if its state permits that (§12.1)', async () => {
    const [file, job] = [aNewContentFile(), aNewFileJob()]
    await right(larder.contentFiles.add(file, job))
    const shown = await request('GET', `/${job.uid}`)
    expect(shown.json).to.include({
      uid: job.uid,
      kind: 'exports',
      media: file.uid,
      state: 'waiting',
      attempt: 0,
      attempts: job.attempts,
      ended_at: null,
    })
    expect(shown.json.created_at).to.match(/^2027-\d\d-\d\dT[\d:.]+Z$/)
    const listed = await request('GET', `?state=waiting&kind=exports&media=${file.uid}&limit=1`)
    expect(listed.json).to.deep.include({ items: [shown.json], next: null, total: 1 })

    expect((await request('PATCH', `/${job.uid}`, { priority: 7 })).json).to.include({ priority: 7 })
    expect((await request('PATCH', `/${job.uid}`, { priority: 101 })).status).to.equal(422)
    expect((await request('PATCH', `/${job.uid}`, { priority: 1, state: 'done' })).status).to.equal(422)
    expect((await request('POST', `/${job.uid}/retry`)).status).to.equal(409)
    expect((await request('POST', `/${job.uid}/cancel`)).json).to.include({ state: 'cancelled' })
    const again = await request('POST', `/${job.uid}/cancel`)
    expect([again.status, again.json.message]).to.deep.equal([
      409,
      'only a waiting or running job can be cancelled',
    ])
    expect((await request('POST', `/${job.uid}/retry`)).json).to.include({ state: 'waiting' })
    for (const uid of ['job_unknown', 'a.b', '%00', 'x'.repeat(200)])
      for (const [method, path, body] of [
        ['GET', `/${uid}`],
        ['POST', `/${uid}/retry`],
        ['POST', `/${uid}/cancel`],
        ['PATCH', `/${uid}`, { priority: 1 }],
      ] as const)
        expect((await request(method, path, body)).status, `${method} ${path}`).to.equal(404)
    for (const query of ['state=lost', 'limit=0', 'limit=201', 'after=x'])
      expect((await request('GET', `?${query}`)).status, query).to.equal(422)
  })

  it('tell viewers the state of their file (§5.11)', async () => {
    const file = aNewContentFile()
    const { uid: job } = aNewFileJob()
    await right(larder.contentFiles.add(file, { uid: job, attempts: 5 }))
    const jwt = await right(larder.tokens.mint('content', file.uid, 60))
    const state = async () =>
      (await server.get(`/api/1/content_files/${file.uid}/status?jwt=${jwt}`)).json() as Promise<unknown>
    const leased = await right(larder.jobs.takeOne(job))
    if (leased._tag === 'None') return expect.fail('it is not waiting')
    await right(
      larder.jobs.settle(leased.value.lease, outcomeOfFailure(leased.value, 'it has no pixels', 'file')),
    )
    expect(await state()).to.deep.equal({
      state: 'failed',
      progress: null,
      stage: null,
      eta_seconds: null,
      reason: 'it has no pixels',
    })
    const image = await seedImage(larder)
    const ready = await server.get(`/api/1/image_files/${image.uid}/status?jwt=${image.jwt}`)
    expect([ready.status, ready.headers.get('cache-control')]).to.deep.equal([200, 'no-store'])
    expect(await ready.json()).to.include({ state: 'ready' })
    expect((await server.get(`/api/1/image_files/${image.uid}/status`)).status).to.equal(401)
    const other = await right(larder.tokens.mint('image', 'if_other', 60))
    expect((await server.get(`/api/1/image_files/${image.uid}/status?jwt=${other}`)).status).to.equal(403)
    expect((await server.get(`/api/1/image_files/if_other/status?jwt=${other}`)).status).to.equal(404)
  })
})
