import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import { compiledLarder } from './compiled-larder.ts'
import { until } from './processes.ts'

export type Ended = {
  readonly code: number | null
  readonly out: ReadonlyArray<string>
  readonly err: ReadonlyArray<string>
}

type Env = Readonly<Record<string, string>>

/** What node is given to run Larder: its source as it is now, or what `npm run build` made of it. */
const programs = { source: compiledLarder, built: () => 'dist/main.js' } as const
type Program = keyof typeof programs

/** Words in front of a command, such as those that make it another user's. */
type Wrap = ReadonlyArray<string>

const start = (program: Program, args: ReadonlyArray<string>, env: Env, wrap: Wrap): ChildProcess => {
  const [command = '', ...words] = [...wrap, process.execPath, programs[program](), ...args]
  const usual = { PATH: process.env.PATH, HOME: process.env.HOME, SAMPLE_MEDIA: '0', LAME_DUCK_SECONDS: '0' }
  return spawn(command, words, {
    env: Object.assign({}, usual, env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

const linesOf = (stream: NodeJS.ReadableStream | null): { lines: string[]; reader: Interface } => {
  if (stream === null) throw new Error('the output is not piped')
  const lines: string[] = []
  const reader = createInterface({ input: stream })
  reader.on('line', (line) => lines.push(line))
  return { lines, reader }
}

/** Runs a command of the command line to its end, as a process of its own. */
export const runLarder = async (
  args: ReadonlyArray<string>,
  env: Env,
  program: Program = 'source',
  wrap: Wrap = [],
): Promise<Ended> => {
  const child = start(program, args, env, wrap)
  const [out, err] = [linesOf(child.stdout), linesOf(child.stderr)]
  const [code] = await once(child, 'close')
  return { code, out: out.lines, err: err.lines }
}

/** Waits until all that the server depends on is there. */
export const untilReady = (base: string): Promise<boolean> =>
  until(async () => {
    const answer = (await (await fetch(`${base}/readyz`)).json()) as { readonly status: string }
    return answer.status === 'ready'
  })

export type Serving = {
  readonly base: string
  readonly out: ReadonlyArray<string>
  readonly err: ReadonlyArray<string>
  /** Sends the signal; gives the exit code, `null` when the signal ended it. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>
}

/** Starts `larder serve` on a port that is free, and waits for it to answer. */
export const serveLarder = async (
  env: Env,
  program: Program = 'source',
  wrap: Wrap = [],
): Promise<Serving> => {
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
