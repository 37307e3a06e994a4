import { mkdtemp, readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { runNginx } from '../../bench/peers/nginx.ts'
import type { Peer } from '../../bench/peers/peer.ts'
import { isInstalled } from '../support/is-installed.ts'
import { withDatabase } from '../support/postgres.ts'
import { pollUntilTrue } from '../support/processes.ts'
import { removeScratch } from '../support/scratch.ts'
import { longPicture, prepareUploadServers, type UploadServers } from '../support/upload-servers.ts'

/** The recipe of docs/operate.md for one machine, in front of the server at `base`. */
const recipeFor = async (base: string): Promise<string> => {
  const page = await readFile('docs/operate.md', 'utf8')
  const recipe = /```nginx\n(location \/api\/1\/uploads \{.*?\n\})\n```/s.exec(page)?.[1]
  if (recipe === undefined) throw new Error('the recipe is not in docs/operate.md')
  const written = 'http://127.0.0.1:8080'
  expect(recipe).to.include(written)
  return recipe.replace(written, base)
}

const tus = { 'Tus-Resumable': '1.0.0' }

const whereInstalled = isInstalled('nginx') ? describe : null
whereInstalled?.('uploads through nginx, by the recipe of docs/operate.md', () => {
  const database = withDatabase()
  let scene: UploadServers
  let base: string
  let nginx: Peer

  before(async () => {
    scene = await prepareUploadServers(database.knex(), database.connection())
    base = (await scene.serve()).base
    const recipe = await recipeFor(base)
    const folder = await mkdtemp(join(tmpdir(), 'larder-nginx-'))
    const started = await runNginx(folder, (port) => `server { listen 127.0.0.1:${port}; ${recipe} }`)
    if (started === undefined) throw new Error('nginx is not installed')
    nginx = started
  })
  after(async () => {
    await nginx.stop()
    await scene.close()
    await removeScratch()
  })

  const send = (origin: string, path: string, init: RequestInit) =>
    fetch(`${origin}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${scene.token}`, ...init.headers },
    })

  it('may be larger than what nginx permits by itself', async () => {
    const bytes = await longPicture(3_000_000, 1)
    const body = new FormData()
    body.append('file', new Blob([bytes]), 'poster.png')
    const reply = await send(nginx.origin, '/api/1/uploads', { method: 'POST', body })
    expect(reply.status).to.equal(201)
    const { upload } = (await reply.json()) as { readonly upload: string }
    await scene.untilInLibrary(base, `/api/1/uploads/${upload}`)
    await scene.expectKeptOnce(bytes)
  })

  it('keep the bytes that arrived when the client is cut off', async () => {
    const bytes = await longPicture(3_000_000, 2)
    const length = `${bytes.length}`
    const begun = await send(nginx.origin, '/api/1/uploads/tus', {
      method: 'POST',
      headers: { ...tus, 'Upload-Length': length },
    })
    const path = new URL(begun.headers.get('location') ?? '', nginx.origin).pathname
    const client = connect(Number(new URL(nginx.origin).port), '127.0.0.1')
    client.on('error', () => undefined)
    client.write(
      `PATCH ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${scene.token}\r\nTus-Resumable: 1.0.0\r\n` +
        `Content-Type: application/offset+octet-stream\r\nUpload-Offset: 0\r\nContent-Length: ${length}\r\n\r\n`,
    )
    client.write(bytes.subarray(0, 2_000_000))
    await pollUntilTrue(async () => (await scene.arrivedBytes()) === 2_000_000)
    client.destroy()

    const head = await send(nginx.origin, path, { method: 'HEAD', headers: tus })
    expect(head.headers.get('upload-offset')).to.equal('2000000')
    const rest = await send(nginx.origin, path, {
      method: 'PATCH',
      headers: { ...tus, 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '2000000' },
      body: bytes.subarray(2_000_000),
    })
    expect(rest.status).to.equal(204)
    await scene.untilInLibrary(base, path)
    await scene.expectKeptOnce(bytes)
  })
})
