import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as t from 'io-ts'
import { E } from '../../src/fp.ts'
import { cpuSecondsOf, endedChildrenCpuSeconds } from './cpu-seconds.ts'
import type { Load, ThroughputAnswer } from './load.ts'
import { wrkScript } from './wrk-script.ts'

const run = promisify(execFile)

/** Such as `wrk 4.1.0`; `undefined` where it is not installed. */
export const wrkVersion = async (): Promise<string | undefined> => {
  // It prints its version and usage, and exits with 1.
  const printed = await run('wrk', ['-v']).catch(({ stdout }: { readonly stdout?: string }) => ({ stdout }))
  return /^wrk \S+/.exec(printed.stdout ?? '')?.[0]
}

/** The line that the wrk script prints. Times are in microseconds. */
const Summary = t.strict({
  duration: t.number,
  requests: t.number,
  bytes: t.number,
  /** Failed connects, reads, writes, and time-outs. */
  broken: t.number,
  /** Replies with a status above 399, or with any other than the expected one where each is checked. */
  otherStatus: t.number,
  p50: t.number,
  p90: t.number,
  p99: t.number,
  max: t.number,
})
type Summary = t.TypeOf<typeof Summary>

/** wrk counts whole seconds, and no replies of a connection. */
const secondsOf = ({ repliesEach, seconds }: Load): number =>
  repliesEach === null ? Math.max(1, Math.round(seconds)) : 1

/**
 * Puts the load on by wrk: one thread, one process for each run. The warm-up is a run of its own, in which the
 * status of every reply is checked: that costs wrk a copy of each reply, so the measured run only counts those
 * above 399. Throws when no server answers.
 */
export const measureByWrk = async (load: Load): Promise<ThroughputAnswer> => {
  const folder = await mkdtemp(join(tmpdir(), 'larder-wrk-'))
  const isChecked = load.warmupSeconds > 0
  try {
    const before = isChecked ? await runWrk(folder, load, Math.ceil(load.warmupSeconds), true) : undefined
    const serverCpu = async () => (load.serverPid === null ? null : cpuSecondsOf(load.serverPid))
    const [serverFrom, ownFrom] = [await serverCpu(), await endedChildrenCpuSeconds()]
    const summary = await runWrk(folder, load, secondsOf(load), !isChecked)
    const [serverUntil, ownUntil] = [await serverCpu(), await endedChildrenCpuSeconds()]

    const { duration, requests, bytes, otherStatus, broken } = summary
    const seconds = duration / 1e6
    return {
      measured: {
        generator: 'wrk',
        seconds,
        responses: requests - otherStatus,
        errors: broken + otherStatus + (before?.broken ?? 0) + (before?.otherStatus ?? 0),
        bytes,
        latency: latencyOf(summary),
        generatorLoad: (ownUntil - ownFrom) / seconds,
      },
      cpuSeconds: serverUntil === null || serverFrom === null ? null : serverUntil - serverFrom,
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

const latencyOf = ({ p50, p90, p99, max }: Summary) => ({
  p50: p50 / 1000,
  p90: p90 / 1000,
  p99: p99 / 1000,
  max: max / 1000,
})

const runWrk = async (folder: string, load: Load, seconds: number, isChecked: boolean): Promise<Summary> => {
  const { host, port, connections } = load
  const script = join(folder, 'load.lua')
  await writeFile(script, wrkScript(load, isChecked))
  const args = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '-s', script]
  // Paths and headers are in the script: arguments are visible to every user of the machine.
  const { stdout } = await run('wrk', [...args, `http://${host}:${port}/`])
  const line = stdout.split('\n').find((one) => one.startsWith('{'))
  const summary = Summary.decode(line === undefined ? undefined : JSON.parse(line))
  if (E.isLeft(summary)) throw new Error(`wrk gave no figures for ${host}:${port}:\n${stdout}`)
  if (summary.right.requests === 0) throw new Error(`nothing answers wrk at ${host}:${port}`)
  return summary.right
}
