import { writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { expect } from 'chai'
import { withDatabase } from '../support/postgres.ts'
import { pollUntilTrue } from '../support/processes.ts'
import type { ServingLarder } from '../support/run-larder.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'
import { startUploadProxy } from '../support/upload-proxy.ts'
import {
  longPicture,
  prepareUploadServers,
  type TusRun,
  type UploadServers,
} from '../support/upload-servers.ts'

const tus = { 'Tus-Resumable': '1.0.0' }

describe('uploads whose network or server ends (§11.2)', () => {
  const database = withDatabase()
  let scene: UploadServers
  let one: ServingLarder
  let two: ServingLarder

  before(async () => {
    scene = await prepareUploadServers(database.knex(), database.connection())
    one = await scene.serve()
    two = await scene.serve()
  })
  after(async () => {
    await scene.close()
    await removeScratch()
  })

  const writePicture = async (bytes: Buffer): Promise<string> => {
    const path = join(await scratchFolder(), 'poster.png')
    await writeFile(path, bytes)
    return path
  }
  const expectInLibrary = async (path: string, bytes: Buffer): Promise<void> => {
    await scene.untilInLibrary(two.base, path)
    await scene.expectKeptOnce(bytes)
  }
  const send = (
    base: string,
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: Uint8Array,
  ) =>
    fetch(`${base}${path}`, {
      method,
      headers: { authorization: `Bearer ${scene.token}`, ...tus, ...headers },
      ...(body !== undefined && { body }),
    })
  const begin = async (bytes: Buffer): Promise<string> => {
    const reply = await send(one.base, 'POST', '/api/1/uploads/tus', { 'Upload-Length': `${bytes.length}` })
    return reply.headers.get('location') ?? ''
  }
  const patchHeaders = (offset: number) => ({
    'Content-Type': 'application/offset+octet-stream',
    'Upload-Offset': `${offset}`,
  })
  const offsetAt = async (base: string, path: string): Promise<number> =>
    Number((await send(base, 'HEAD', path, {})).headers.get('upload-offset'))

  it('continue in a new process of tus-js-client after each cut', async () => {
    const bytes = await longPicture(3_000_000, 1)
    const path = await writePicture(bytes)
    const proxy = await startUploadProxy(one.base)
    proxy.cutEachAfter(1_000_000)
    const runs: TusRun[] = []
    while (runs.at(-1)?.path == null && runs.length < 10)
      runs.push(await scene.runTusClient(proxy.base, path, 0))
    proxy.close()

    const offsets = runs.flatMap((run) => run.offsets)
    expect(offsets).to.have.length(runs.length).and.to.have.length.above(3)
    expect(offsets).to.deep.equal([...new Set(offsets)].sort((a, b) => a - b))
    await expectInLibrary(runs.at(-1)?.path ?? '', bytes)
  })

  it('are taken over from a request that hangs at another server, which then writes no more', async () => {
    const bytes = await longPicture(1_000_000, 2)
    const path = await begin(bytes)
    const hanging: Socket = connect(Number(new URL(one.base).port), '127.0.0.1')
    hanging.on('error', () => undefined)
    const head = { Host: 'a', Authorization: `Bearer ${scene.token}`, ...tus, ...patchHeaders(0) }
    const lines = Object.entries({ ...head, 'Content-Length': `${bytes.length}` }).map((pair) =>
      pair.join(': '),
    )
    hanging.write(`PATCH ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
    hanging.write(bytes.subarray(0, 300_000))
    await pollUntilTrue(async () => (await scene.arrivedBytes()) === 300_000)

    expect(await offsetAt(two.base, path)).to.equal(300_000)
    hanging.write(Buffer.alloc(200_000, 'late'))
    const reply = await send(two.base, 'PATCH', path, patchHeaders(300_000), bytes.subarray(300_000))
    expect(reply.status).to.equal(204)
    hanging.destroy()
    await expectInLibrary(path, bytes)
  })

  it('take each piece once when two servers get it at the same time', async () => {
    const bytes = await longPicture(1_000_000, 3)
    const path = await begin(bytes)
    let offset = 0
    for (let round = 0; offset < bytes.length && round < 100; round += 1) {
      const body = bytes.subarray(offset, offset + 150_000)
      const at = offset
      const replies = await Promise.all(
        [one, two].map(({ base }) => send(base, 'PATCH', path, patchHeaders(at), body)),
      )
      for (const { status } of replies) expect(status).to.be.oneOf([204, 409])
      const grown = replies.filter((reply) => Number(reply.headers.get('upload-offset')) > at)
      expect(grown, `replies to the piece at ${at}`).to.have.length(1)
      offset = await offsetAt(round % 2 === 0 ? one.base : two.base, path)
      expect(offset).to.equal(Number(grown[0]?.headers.get('upload-offset')))
    }
    await expectInLibrary(path, bytes)
  })

  it('lose nothing of a request when its server stops, and continue at another one', async () => {
    const bytes = await longPicture(3_000_000, 4)
    const path = await writePicture(bytes)
    const stopping = await scene.serve()
    const proxy = await startUploadProxy(stopping.base)
    const { held, release } = proxy.holdAfter(1_000_000)
    const running = scene.runTusClient(proxy.base, path, 100)
    await held
    await pollUntilTrue(async () => (await scene.arrivedBytes()) > 900_000)
    const arrived = await scene.arrivedBytes()

    proxy.leadTo(two.base)
    const stopped = stopping.end('SIGTERM')
    await pollUntilTrue(async () => {
      const reply = await fetch(`${stopping.base}/readyz`).catch(() => null)
      return reply?.status !== 200
    })
    release()
    expect(await stopped).to.equal(0)
    const { offsets, path: uploaded } = await running
    proxy.close()

    expect(offsets[0]).to.equal(0)
    expect(offsets[1]).to.be.at.least(arrived)
    await expectInLibrary(uploaded ?? '', bytes)
  })
})
