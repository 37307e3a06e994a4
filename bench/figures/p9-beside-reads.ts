import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { loadSettings } from '../../src/composition/load-settings.ts'
import { withNewLibrary } from '../../src/composition/with-services.ts'
import { E } from '../../src/fp.ts'
import { right } from '../../test/support/expect-right.ts'
import { seedImage } from '../../test/support/library.ts'
import { copyFilm, exportNiceness, exportsOf } from '../larder/export-load.ts'
import type { Lab } from '../larder/lab.ts'
import type { Target } from '../larder/library.ts'
import { startWithAdmin } from '../larder/library-with-admin.ts'
import { type BusyProcess, startBurner, startUploader } from '../load/beside.ts'
import { cpuSecondsOfProcess } from '../load/cpu-seconds.ts'
import type { ThroughputAnswer } from '../load/load.ts'
import { compareContenders, measureSubject } from './compare.ts'
import type { Fact, Figure, Finding, Settings } from './figure.ts'

const MiB = 1024 * 1024
const uploads = 4
const name = 'library-beside-uploads'
/** One film is in work. The others follow if it ends before the measurement. */
const films = 3
const goal = 0.8

/** Seeds a picture that is read, cancels its job, and adds films whose exports are made. */
const prepare = async (lab: Lab): Promise<Readonly<Record<string, Target>>> => {
  const dataDir = join(lab.folder, name)
  const config = loadSettings({ DATA_DIR: dataDir })
  if (E.isLeft(config)) throw new Error(config.left.join('\n'))
  return withNewLibrary(config.right, async (larder) => {
    const { database, ingest, jobs, tokens } = larder
    await right(database.migrate)
    const { uid, exports } = await seedImage(
      larder,
      [40_000, 120_000, 16_000, 5_000].map((size) => randomBytes(size)),
    )
    const { items } = await right(jobs.list({ state: 'waiting', kind: null, media: null }, 200, null))
    for (const job of items) await right(jobs.cancel(job.uid))
    const options = { isPublic: false, onWaiting: () => undefined, signal: new AbortController().signal }
    for (let n = 0; n < films; n += 1) {
      const path = join(dataDir, `film-${n}.mp4`)
      await copyFilm(path, n)
      await right(ingest.register(path, options))
    }
    const headers = { Authorization: `bearer ${await right(tokens.mint('image', uid, 86_400))}` }
    return {
      'an image playlist': { path: `/api/1/image_files/playlist/${uid}`, headers },
      'an image': { path: `/api/1/image_files/image/${exports[0]?.uid}.webp`, headers },
    }
  })
}

const stopAll = (processes: ReadonlyArray<BusyProcess>) => Promise.all(processes.map(({ stop }) => stop()))
const sum = (values: ReadonlyArray<number>): number => values.reduce((total, value) => total + value, 0)
const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN

/** What was used beside a measurement: CPU seconds a second. */
type Use = {
  readonly uploads: number
  readonly exports: number
  readonly threads: number
  readonly MiB: number
}

const run = async (
  lab: Lab,
  settings: Settings,
  uploadMiB: number,
): Promise<ReadonlyArray<Finding | Fact>> => {
  const works = await prepare(lab)
  const { larder, authorization } = await startWithAdmin(lab, name, { JOBS: '1' })
  const exported = exportsOf(larder.pid)
  const startUploads = () =>
    Promise.all(
      Array.from({ length: uploads }, () => startUploader(larder.origin, authorization, uploadMiB * MiB)),
    )
  const isEncoding = await exported.watch()
  while ((await isEncoding()).cpuSeconds < 1) await wait(100)
  await exported.pause()

  /** CPU seconds of the server for each MiB that it is sent, while nothing is read. */
  const costEach = await (async () => {
    const before = await cpuSecondsOfProcess(larder.pid)
    const processes = await startUploads()
    await wait(Math.min(settings.seconds, 4) * 1000)
    const done = await stopAll(processes)
    return (((await cpuSecondsOfProcess(larder.pid)) - before) * MiB) / sum(done.map(({ bytes }) => bytes))
  })()

  const wanted: Use[] = []
  const burnt: number[] = []
  const besideUploads = async (measure: () => Promise<ThroughputAnswer>): Promise<ThroughputAnswer> => {
    await exported.resume()
    const processes = await startUploads()
    const [startedAt, used] = [performance.now(), await exported.watch()]
    const answer = await measure()
    const [{ cpuSeconds, threads }, seconds] = [await used(), (performance.now() - startedAt) / 1000]
    const done = await stopAll(processes)
    await exported.pause()
    const sent = sum(done.map(({ bytes }) => bytes)) / MiB
    const cpu = sent * costEach + sum(done.map((one) => one.cpuSeconds))
    wanted.push({ uploads: cpu / seconds, exports: cpuSeconds / seconds, threads, MiB: sent / seconds })
    return answer
  }
  /** Burns what the measurement before this one used. */
  const besideBurners = async (measure: () => Promise<ThroughputAnswer>): Promise<ThroughputAnswer> => {
    const use = wanted.at(-1)
    if (use === undefined) throw new Error('nothing was measured beside uploads')
    const processes = await Promise.all([
      ...Array.from({ length: uploads }, () => startBurner(use.uploads / uploads, 1, 0)),
      startBurner(use.exports, Math.max(1, use.threads), exportNiceness),
    ])
    const startedAt = performance.now()
    const answer = await measure()
    const done = await stopAll(processes)
    const seconds = (performance.now() - startedAt) / 1000
    burnt.push(sum(done.map(({ cpuSeconds }) => cpuSeconds)) / seconds / (use.uploads + use.exports))
    return answer
  }

  const findings: (Finding | Fact)[] = []
  for (const [work, { path, headers }] of Object.entries(works)) {
    const subject = { name: work, origin: larder.origin, pid: null, paths: [path], headers }
    const slow: { readonly uploads: number[]; readonly burners: number[] } = { uploads: [], burners: [] }
    const measured = async (into: number[]): Promise<ThroughputAnswer> => {
      const answer = await measureSubject(subject, settings)
      into.push(answer.measured.latency.p99)
      return answer
    }
    const contenders = [
      { name: 'beside uploads', measure: () => besideUploads(() => measured(slow.uploads)) },
      { name: 'beside burners', measure: () => besideBurners(() => measured(slow.burners)) },
    ]
    findings.push(...(await compareContenders(work, contenders, settings, { 'beside burners': goal })))
    findings.push({
      fact: `${work}: p99 beside burners divided by that beside uploads`,
      value: median(slow.burners.map((ms, round) => ms / (slow.uploads[round] ?? Number.NaN))),
      unit: '×',
      goal: { atLeast: goal },
    })
  }
  return [
    ...findings,
    { fact: 'received meanwhile', value: median(wanted.map((use) => use.MiB)), unit: 'MiB/s' },
    { fact: 'CPU of the uploads', value: median(wanted.map((use) => use.uploads)), unit: 's/s' },
    { fact: 'CPU of the export', value: median(wanted.map((use) => use.exports)), unit: 's/s' },
    { fact: 'CPU that was burnt, beside what was to be', value: median(burnt), unit: '×' },
  ]
}

/** The read side beside four uploads and an export of the same server, and beside as much work of other processes. */
export const p9BesideReads: Figure = {
  id: 'P9-READS',
  title: 'warm replies beside four uploads and an export, and beside bare burners of as much CPU',
  needs: [],
  run: async ({ lab, settings, smoke }) => run(await lab(), settings, smoke ? 8 : 256),
}
