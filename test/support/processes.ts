import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'

// These functions poll /proc: there are no events of processes that are not children of this one.

/** The pids of the running children of `pid` whose command contains `word`. */
export const childProcessesOf = async (pid: number, word = ''): Promise<ReadonlyArray<number>> => {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const candidates = await Promise.all(all.map(async (id) => ({ id, ...(await statOf(`/proc/${id}`)) })))
  const children = candidates.filter(({ parent, state }) => parent === pid && state !== 'Z')
  const commands = await Promise.all(
    children.map(({ id }) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')),
  )
  return children.filter((_, index) => commands[index]?.includes(word)).map(({ id }) => id)
}

/** The process that does the work: the last one in the chain of single children of a sandbox. */
export const innermostProcessOf = async (pid: number): Promise<number> => {
  const [child] = await childProcessesOf(pid)
  return child === undefined ? pid : innermostProcessOf(child)
}

/** All commands that contain `word`. */
export const commandsContaining = async (word: string): Promise<ReadonlyArray<string>> => {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const commands = await Promise.all(all.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')))
  return commands.filter((command) => command.includes(word))
}

/** The niceness of each thread of a process. */
export const nicenessOf = async (pid: number): Promise<ReadonlyArray<number | undefined>> => {
  const threads = await readdir(`/proc/${pid}/task`)
  return Promise.all(threads.map(async (id) => (await statOf(`/proc/${pid}/task/${id}`)).niceness))
}

export const isRunning = async (pid: number): Promise<boolean> => {
  const { state } = await statOf(`/proc/${pid}`)
  return state !== undefined && state !== 'Z'
}

/** Shorter than the timeout of a test, so that the error of the poll is reported instead of the timeout. */
const patienceMilliseconds = 110_000

/** Polls until `poll` returns a value. The timeout is long, so that no test fails on a busy machine. */
export const pollUntilDefined = async <A>(poll: () => Promise<A | undefined>): Promise<A> => {
  const deadline = performance.now() + patienceMilliseconds
  while (performance.now() < deadline) {
    const found = await poll()
    if (found !== undefined) return found
    await wait(20)
  }
  throw new Error('the awaited state was not reached in time')
}

export const pollUntilTrue = (answer: () => Promise<boolean>): Promise<boolean> =>
  pollUntilDefined(async () => (await answer()) || undefined)

type Stat = { readonly state?: string | undefined; readonly parent?: number; readonly niceness?: number }

/**
 * Reads the fields of proc(5) after the program's name, which is in brackets. Empty if the process is gone.
 */
const statOf = async (folder: string): Promise<Stat> => {
  const stat = await readFile(`${folder}/stat`, 'utf8').catch(() => '')
  if (stat === '') return {}
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0], parent: Number(fields[1]), niceness: Number(fields[16]) }
}
