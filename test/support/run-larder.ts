import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import { compiledLarder } from './compiled-larder.ts'
import { pollUntilTrue } from './processes.ts'
import { registerWriter } from './scratch.ts'

export type LarderExit = {
  readonly code: number | null
  readonly out: ReadonlyArray<string>
  readonly err: ReadonlyArray<string>
}

type Env = Readonly<Record<string, string>>

/**
 * The program that node runs. `source`: compiled from the current source. `built`: the output of `npm run
 * build`.
 */
const programs = { source: compiledLarder, built: () => 'dist/main.js' } as const
type Program = keyof typeof programs

/** A command prefix, for example one that changes the user. */
type Wrap = ReadonlyArray<string>

const start = (program: Program, args: ReadonlyArray<string>, env: Env, wrap: Wrap): ChildProcess => {
  const [command = '', ...words] = [...wrap, process.execPath, programs[program](), ...args]
  const defaults = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    SAMPLE_MEDIA: '0',
    LAME_DUCK_SECONDS: '0',
  }
  const child = spawn(command, words, {
    env: Object.assign({}, defaults, env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  const closed = new Promise((resolve) => child.once('close', resolve))
  const forget = registerWriter({
    paths: Object.values(env),
    end: () => {
      child.kill('SIGKILL')
      return closed
    },
  })
  child.once('close', () => {
    running.delete(child)
    forget()
  })
  return child
}

/**
 * Servers that still run. A failed test does not stop its server, and a running server would keep the suite
 * from ending.
 */
const running = new Set<ChildProcess>()
const killRunning = () => {
  for (const child of running) child.kill('SIGKILL')
}
// The program that tests players also imports this file. It is not a mocha suite, so it has no `after`.
if (typeof after === 'function') after(killRunning)

const linesOf = (stream: NodeJS.ReadableStream | null): { lines: string[]; reader: Interface } => {
  if (stream === null) throw new Error('the output is not piped')
  const lines: string[] = []
  const reader = createInterface({ input: stream })
  reader.on('line', (line) => lines.push(line))
  return { lines, reader }
}

/** Runs a CLI command in its own process, and waits until it ends. */
export const runLarder = async (
  args: ReadonlyArray<string>,
  env: Env,
  program: Program = 'source',
  wrap: Wrap = [],
): Promise<LarderExit> => {
  const child = start(program, args, env, wrap)
  const [out, err] = [linesOf(child.stdout), linesOf(child.stderr)]
  const [code] = await once(child, 'close')
  return { code, out: out.lines, err: err.lines }
}

/** Waits until /readyz reports `ready`. */
export const waitUntilReady = (base: string): Promise<boolean> =>
  pollUntilTrue(async () => {
    const answer = (await (await fetch(`${base}/readyz`)).json()) as { readonly status: string }
    return answer.status === 'ready'
  })

export type ServingLarder = {
  readonly base: string
  readonly out: ReadonlyArray<string>
  readonly err: ReadonlyArray<string>
  /** Sends the signal. Resolves with the exit code, or with `null` if the signal ended the process. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>
}

/** Starts `larder serve` on a free port, and waits until it listens. */
export const serveLarder = async (
  env: Env,
  program: Program = 'source',
  wrap: Wrap = [],
): Promise<ServingLarder> => {
  const child = start(program, ['serve'], { PORT: '0', ...env }, wrap)
  const [out, err] = [linesOf(child.stdout), linesOf(child.stderr)]
  const closed = once(child, 'close')
  const [first] = await Promise.race([once(out.reader, 'line'), closed])
  const base = /^Larder answers at (http:\S+)$/.exec(String(first))?.[1]
  if (base === undefined) throw new Error(`serve ended: ${err.lines.join(' ')}`)
  return {
    base,
    out: out.lines,
    err: err.lines,
    end: async (signal) => {
      child.kill(signal)
      const [code] = await closed
      return code
    },
  }
}

/** Starts `larder worker`, and waits until it works. */
export const startWorker = async (env: Env): Promise<Pick<ServingLarder, 'out' | 'end'>> => {
  const child = start('source', ['worker'], env, [])
  const [out, err] = [linesOf(child.stdout), linesOf(child.stderr)]
  const closed = once(child, 'close')
  await Promise.race([once(out.reader, 'line'), closed])
  if (!out.lines[0]?.startsWith('Larder waits for jobs'))
    throw new Error(`worker ended: ${err.lines.join(' ')}`)
  return {
    out: out.lines,
    end: async (signal) => {
      child.kill(signal)
      const [code] = await closed
      return code
    },
  }
}

/** Starts a command that prints until it is stopped. */
export const startPrinting = (
  args: ReadonlyArray<string>,
  env: Env,
): {
  /** Waits until a line matches. Fails if the command ends before. */
  readonly until: (pattern: RegExp) => Promise<string>
  readonly end: (signal: NodeJS.Signals) => Promise<LarderExit>
} => {
  const child = start('source', args, env, [])
  const [out, err] = [linesOf(child.stdout), linesOf(child.stderr)]
  const closed = once(child, 'close')
  return {
    until: async (pattern) => {
      for (;;) {
        const found = out.lines.find((line) => pattern.test(line))
        if (found !== undefined) return found
        if (child.exitCode !== null) throw new Error(`it ended: ${err.lines.join(' ')}`)
        await Promise.race([once(out.reader, 'line'), closed])
      }
    },
    end: async (signal) => {
      child.kill(signal)
      const [code] = await closed
      return { code, out: out.lines, err: err.lines }
    },
  }
}
