import { expect } from 'chai'
import { authenticateAdminUploads } from '../../src/domain/upload/uploader-rights.ts'
import { aNewContentFile, aNewFileJob, aNewImageFile, aNewJob, anUploadRequest } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { storeBytes } from '../support/library.ts'
import { isPathOf, servedRoutes } from '../support/served-routes.ts'
import {
  createTwinLarders,
  type ReceivedReply,
  type TestRequest,
  type TwinLarders,
} from '../support/twin-larders.ts'
import { aNewWebhook } from '../support/webhook-scene.ts'

type Case = { readonly path: string; readonly jwt: string; readonly readsAuthorization: boolean }

const namesAuthorization = ({ headers }: ReceivedReply): boolean =>
  String(headers.vary ?? '')
    .split(', ')
    .includes('Authorization')

/** Their replies do not end. Their tests look at the header. */
const endlessRoutes = ['GET /api/1/admin/events']

describe('Vary of every route (§6.3) [V13]', () => {
  let twins: TwinLarders
  let cases: ReadonlyArray<Case>
  before(async () => {
    twins = await createTwinLarders()
    const { larder, image, film, routes } = twins
    const image1 = await right(larder.tokens.mint('image', image.uid, 1800))
    const content = await right(larder.tokens.mint('content', film.uid, 1800))
    await right(larder.admins.setAdmin('zoë', true))
    const admin = await right(larder.admins.mintIdToken('zoë'))
    const purge = await right(larder.freshness.requestReceipts)
    const job = aNewJob({ kind: 'remake', media: { kind: 'image', uid: image.uid } })
    await right(larder.jobs.enqueue(job))
    const webhook = aNewWebhook()
    await right(larder.webhooks.add(webhook))
    const original = await storeBytes(larder, Buffer.from('an original'), 'video/mp4')
    const added = aNewContentFile({ original })
    await right(larder.contentFiles.add(added, aNewFileJob()))
    const erased = aNewImageFile()
    await right(larder.imageFiles.add(erased, aNewFileJob()))
    await right(larder.trashService.delete(erased.uid, 'erase'))
    const upload = await right(
      larder.uploadService.begin(
        await right(authenticateAdminUploads(larder.admins, 1000)(admin)),
        anUploadRequest(),
      ),
    )
    cases = [
      ...routes.map(({ kind, path }) => ({
        path: `/api/1/${path}`,
        jwt: kind === 'image' ? image1 : content,
        readsAuthorization: true,
      })),
      { path: `/api/1/image_files/${image.uid}/best`, jwt: image1, readsAuthorization: true },
      { path: '/api/1/admin/me', jwt: admin, readsAuthorization: true },
      { path: '/api/1/admin/cache', jwt: admin, readsAuthorization: true },
      { path: '/api/1/admin/background', jwt: admin, readsAuthorization: true },
      { path: `/console/watch/${film.uid}`, jwt: content, readsAuthorization: true },
      { path: `/api/1/content_files/${film.uid}/status`, jwt: content, readsAuthorization: true },
      { path: `/api/1/image_files/${image.uid}/status`, jwt: image1, readsAuthorization: true },
      { path: '/api/1/admin/jobs', jwt: admin, readsAuthorization: true },
      { path: `/api/1/admin/jobs/${job.uid}`, jwt: admin, readsAuthorization: true },
      ...[
        '/revocations',
        '/refused_bytes',
        '/admins',
        `/admins/${encodeURIComponent('zoë')}`,
        '/media',
        `/media/${film.uid}`,
        `/media/${added.uid}/original`,
        `/media/${erased.uid}/erasure`,
        '/instances',
        '/webhooks',
        `/webhooks/${webhook.uid}`,
        `/webhooks/${webhook.uid}/deliveries`,
        `/cache/purges/${purge.uid}`,
      ].map((path) => ({ path: `/api/1/admin${path}`, jwt: admin, readsAuthorization: true })),
      ...['', 'tus/'].map((where) => ({
        path: `/api/1/uploads/${where}${upload}`,
        jwt: admin,
        readsAuthorization: true,
      })),
      ...['ios', 'android'].map((name) => ({
        path: `/api/1/content_files/${film.uid}/${name}.m3u8`,
        jwt: content,
        readsAuthorization: true,
      })),
      { path: '/console', jwt: '', readsAuthorization: false },
      { path: '/console/assets/watch.js', jwt: '', readsAuthorization: false },
      { path: '/openapi.json', jwt: '', readsAuthorization: false },
      { path: '/healthz', jwt: '', readsAuthorization: false },
      { path: '/readyz', jwt: '', readsAuthorization: false },
      { path: '/', jwt: '', readsAuthorization: false },
    ]
  })
  after(() => twins.close())

  it('is tested on all existing routes that read', async () => {
    const paths = cases.map(({ path }) => path)
    const untested = (await servedRoutes()).filter(
      (route) =>
        route.startsWith('GET ') &&
        !endlessRoutes.includes(route) &&
        !paths.some((path) => isPathOf(route, path)),
    )
    expect(untested).to.deep.equal([])
  })

  const requestTo = (path: string, headers: Readonly<Record<string, string>> = {}): TestRequest => ({
    path,
    headers,
  })

  it('contains Authorization on routes that read it, whatever the reply', async () => {
    for (const { path, jwt, readsAuthorization } of cases) {
      const authorization = `bearer ${jwt}`
      const statuses: Array<ReceivedReply['status']> = []
      for (const headers of [
        {},
        { authorization: 'Basic eDp5' },
        { authorization: 'bearer a.b.c' },
        { authorization },
        { authorization, range: 'bytes=0-1' },
        { authorization, range: 'bytes=999999-' },
        { authorization, 'if-none-match': '*' },
        { authorization, 'if-match': '"other"' },
      ]) {
        const reply = await twins.replayed(requestTo(path, headers))
        statuses.push(reply.status)
        const what = `${path} ${JSON.stringify(headers)}: ${reply.status}`
        expect(namesAuthorization(reply), what).to.equal(readsAuthorization)
      }
      if (readsAuthorization) expect(statuses.slice(0, 4), path).to.deep.equal([401, 401, 403, 200])
    }
  })

  it('contains Authorization on routes that change something', async () => {
    const writing = (await servedRoutes()).filter((route) => !route.startsWith('GET '))
    expect(writing).to.have.length.above(8)
    for (const route of writing) {
      const [method, path = ''] = route.replaceAll('{}', 'x').split(' ')
      const reply = await twins.replayed(requestTo(path), method)
      expect([route, reply.status, namesAuthorization(reply)]).to.deep.equal([route, 401, true])
    }
  })

  it('is replayed', async () => {
    for (const { path, jwt } of cases.filter((one) => /exports|image\/|mobile|playlist/.test(one.path))) {
      for (const headers of [{}, { 'if-none-match': '*' }]) {
        const request = requestTo(path, { authorization: `bearer ${jwt}`, ...headers })
        await twins.warm(requestTo(path, { authorization: `bearer ${jwt}` }))
        expect(await twins.isReplayed(request), path).to.equal(true)
        expect(namesAuthorization(await twins.expectAlike(request)), path).to.equal(true)
      }
    }
  })

  it('is absent on public files, which are the same for every client, but present on their refusals', async () => {
    const { image, film, routes } = twins
    for (const kind of ['image', 'content'] as const) await twins.setPublic(kind, true)
    for (const path of [
      ...routes.map((route) => `/api/1/${route.path}`),
      `/api/1/image_files/${image.uid}/best`,
      `/api/1/image_files/playlist/${image.uid}?public=1`,
      `/api/1/image_files/${image.uid}/status`,
      `/api/1/content_files/${film.uid}/status`,
      `/console/watch/${film.uid}`,
    ])
      for (const headers of [{}, { 'if-none-match': '*' }, { range: 'bytes=0-1' }]) {
        await twins.warm(requestTo(path, headers))
        const reply = await twins.replayed(requestTo(path, headers))
        expect(reply.status, path).to.be.within(200, 304)
        expect(namesAuthorization(reply), path).to.equal(false)
        const refused = await twins.replayed(requestTo(path, { ...headers, authorization: 'bearer a.b.c' }))
        expect(refused.status).to.equal(403)
        expect(namesAuthorization(refused), path).to.equal(true)
      }
  })
})

describe('cache lifetime of lists [V13]', () => {
  it('never exceeds the lifetime of the token, by the routes and by replay', async () => {
    const twins = await createTwinLarders()
    const { larder, film } = twins
    const path = `/api/1/content_files/${film.uid}/mobile.m3u8`
    const jwt = await right(larder.tokens.mint('content', film.uid, 600))
    const other = await right(larder.tokens.mint('content', film.uid, 100))
    await right(larder.tokens.verify('content', other))
    const read = async (token: string, headers = {}) => {
      const request = { path: `${path}?jwt=${token}`, headers }
      return (await twins.expectAlike(request)).headers['cache-control']
    }
    await twins.warm({ path: `${path}?jwt=${jwt}`, headers: {} })
    expect(await twins.isReplayed({ path: `${path}?jwt=${other}`, headers: {} })).to.equal(true)
    expect(await read(jwt)).to.equal('private, max-age=30, stale-while-revalidate=300, stale-if-error=600')
    expect(await read(other)).to.equal('private, max-age=30, stale-while-revalidate=100, stale-if-error=100')
    twins.advance(80)
    expect(await read(other)).to.equal('private, max-age=20, stale-while-revalidate=20, stale-if-error=20')
    const byPath = { path: `/api/1/~${jwt}/content_files/${film.uid}/mobile.m3u8`, headers: {} }
    await twins.warm(byPath)
    const { status, headers } = await twins.expectAlike({ ...byPath, headers: { 'if-none-match': '*' } })
    expect(status).to.equal(304)
    expect(headers['cache-control']).to.match(/stale-if-error=520$/)
    await twins.close()
  })

  it('is the lifetime of the new token for a public image that is returned with one', async () => {
    const twins = await createTwinLarders()
    await right(twins.larder.imageFiles.setPublic(twins.image.uid, true))
    const path = `/api/1/image_files/playlist/${twins.image.uid}?public=1`
    const { headers } = await twins.replayed({ path, headers: {} })
    expect(headers['cache-control']).to.match(/stale-if-error=1800$/)
    await twins.close()
  })
})
