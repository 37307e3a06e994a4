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

/** Returns the version, such as `wrk 4.1.0`; `undefined` if wrk is not installed. */
export const wrkVersion = async (): Promise<string | undefined> => {
  // `wrk -v` prints its version and usage, and exits with 1.
  const printed = await run('wrk', ['-v']).catch(({ stdout }: { readonly stdout?: string }) => ({ stdout }))
  return /^wrk \S+/.exec(printed.stdout ?? '')?.[0]
}

/** The line that the wrk script prints. Times are in microseconds. */
const Summary = t.strict({
  duration: t.number,
  requests: t.number,
  bytes: t.number,
  /** Number of failed connects, reads and writes, and of timeouts. */
  broken: t.number,
  /**
   * Number of replies with an unexpected status. Without the status check, only replies with a status above
   * 399 are counted.
   */
  otherStatus: t.number,
  p50: t.number,
  p90: t.number,
  p99: t.number,
  max: t.number,
})
type Summary = t.TypeOf<typeof Summary>

/** wrk accepts only whole seconds, and cannot limit the number of replies per connection. */
const secondsOf = ({ repliesEach, seconds }: Load): number =>
  repliesEach === null ? Math.max(1, Math.round(seconds)) : 1

/**
 * Generates the load with wrk: one process per run, with one thread. The warm-up is a separate run that
 * checks the status of every reply. The check costs wrk a copy of each reply, so the measured run only counts
 * replies with a status above 399. Throws if no server is reachable.
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
  // Paths and headers are in the script, because every user of the machine can see the arguments of a
  // process.
  const { stdout } = await run('wrk', [...args, `http://${host}:${port}/`])
  const line = stdout.split('\n').find((one) => one.startsWith('{'))
  const summary = Summary.decode(line === undefined ? undefined : JSON.parse(line))
  if (E.isLeft(summary)) throw new Error(`wrk gave no figures for ${host}:${port}:\n${stdout}`)
  if (summary.right.requests === 0) throw new Error(`nothing answers wrk at ${host}:${port}`)
  return summary.right
}
