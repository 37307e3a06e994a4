import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { findProgram } from '../../src/adapters/sandbox/find-program.ts'
import { loadSettings } from '../../src/composition/load-settings.ts'
import { withServices } from '../../src/composition/with-services.ts'
import type { Job } from '../../src/domain/jobs/job.ts'
import { E } from '../../src/fp.ts'
import { right } from '../../test/support/expect-right.ts'
import { poster } from '../../test/support/pictures.ts'
import type { Lab } from '../larder/lab.ts'
import type { Fact, Figure } from './figure.ts'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

/** Starts a worker that does one job at a time on one processor, as a machine of its own would. */
const startWorker = (taskset: string, processor: number, folder: string): ChildProcess =>
  spawn(taskset, ['--cpu-list', String(processor), process.execPath, MAIN, 'worker'], {
    env: { PATH: process.env.PATH, DATA_DIR: folder, JOBS: '1' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })

/** Returns how many jobs ended each second, from the start of the first to the end of the last. */
const rateOf = (jobs: ReadonlyArray<Job>): number => {
  const startedAt = Math.min(...jobs.map((job) => job.startedAt ?? Number.NaN))
  const endedAt = Math.max(...jobs.map((job) => job.endedAt ?? Number.NaN))
  return (jobs.length * 1000) / (endedAt - startedAt)
}

const run = async ({ folder }: Lab, taskset: string, backlog: number): Promise<ReadonlyArray<Fact>> => {
  const config = loadSettings({ DATA_DIR: folder })
  if (E.isLeft(config)) throw new Error(config.left.join('\n'))
  const pictures = join(folder, 'pictures')
  await mkdir(pictures, { recursive: true })
  return withServices(config.right, async ({ ingest, jobs }) => {
    const never = new AbortController().signal
    let made = 0
    /** Adds pictures, and returns how many of their jobs these workers end each second. */
    const measure = async (processors: ReadonlyArray<number>): Promise<number> => {
      const added: Job['uid'][] = []
      for (let n = 0; n < backlog; n += 1) {
        made += 1
        const path = join(pictures, `${made}.png`)
        await poster(1000 + made).toFile(path)
        const registered = await right(
          ingest.register(path, { isPublic: false, onWaiting: () => undefined, signal: never }),
        )
        if (registered.job !== null) added.push(registered.job)
      }
      const workers = processors.map((processor) => startWorker(taskset, processor, folder))
      const read = async (): Promise<ReadonlyArray<Job>> =>
        (await right(jobs.list({ state: 'done', kind: null, media: null }, 200, null))).items.filter(
          ({ uid }) => added.includes(uid),
        )
      let done = await read()
      for (; done.length < backlog; done = await read()) await wait(200)
      for (const worker of workers) worker.kill()
      await Promise.all(workers.map((worker) => once(worker, 'exit')))
      return rateOf(done)
    }
    const one = await measure([0])
    const two = await measure([0, 1])
    return [
      { fact: 'one worker on one processor', value: one * 60, unit: 'jobs/min' },
      { fact: 'two workers, each on its own processor', value: two * 60, unit: 'jobs/min' },
      { fact: 'two beside one', value: two / one, unit: '×', goal: { atLeast: 1.6 } },
    ]
  })
}

/** A backlog of pictures that workers share. Processes that are pinned to a processor each stand for machines. */
export const p13Workers: Figure = {
  id: 'P13',
  title: 'a backlog of pictures, by one worker and by two',
  needs: [],
  run: async ({ lab, smoke }) => {
    const taskset = findProgram('taskset')
    return taskset === null ? [] : run(await lab(), taskset, smoke ? 2 : 16)
  },
}
