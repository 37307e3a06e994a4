import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'

// What the kernel says of processes that are not children of this one: there is no event to wait for.

/** Pids of the processes that `pid` has started with `word` in their command, and that still run. */
export const childrenOf = async (pid: number, word = ''): Promise<ReadonlyArray<number>> => {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const candidates = await Promise.all(all.map(async (id) => ({ id, ...(await statOf(`/proc/${id}`)) })))
  const children = candidates.filter(({ parent, state }) => parent === pid && state !== 'Z')
  const commands = await Promise.all(
    children.map(({ id }) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')),
  )
  return children.filter((_, at) => commands[at]?.includes(word)).map(({ id }) => id)
}

/** The process that does the work behind those that wait for it alone, as the sandbox has them. */
export const innermostOf = async (pid: number): Promise<number> => {
  const [child] = await childrenOf(pid)
  return child === undefined ? pid : innermostOf(child)
}

/** The commands of all processes that name `word`. */
export const commandsWith = async (word: string): Promise<ReadonlyArray<string>> => {
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const commands = await Promise.all(all.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')))
  return commands.filter((command) => command.includes(word))
}

/** The niceness of each of its threads. */
export const nicenessOf = async (pid: number): Promise<ReadonlyArray<number | undefined>> => {
  const threads = await readdir(`/proc/${pid}/task`)
  return Promise.all(threads.map(async (id) => (await statOf(`/proc/${pid}/task/${id}`)).niceness))
}

export const isRunning = async (pid: number): Promise<boolean> => {
  const { state } = await statOf(`/proc/${pid}`)
  return state !== undefined && state !== 'Z'
}

/** Shorter than the time limit of a test, so that a test that waits in vain says for what. */
const patienceMilliseconds = 110_000

/** Looks until there is something to see. No test may fail because the machine is busy. */
export const eventually = async <A>(look: () => Promise<A | undefined>): Promise<A> => {
  const deadline = performance.now() + patienceMilliseconds
  while (performance.now() < deadline) {
    const found = await look()
    if (found !== undefined) return found
    await wait(20)
  }
  throw new Error('what was waited for did not come')
}

export const until = (answer: () => Promise<boolean>): Promise<boolean> =>
  eventually(async () => (await answer()) || undefined)

type Stat = { readonly state?: string | undefined; readonly parent?: number; readonly niceness?: number }

/** proc(5): the fields after the program's name, which stands in brackets. Empty when it is gone. */
const statOf = async (folder: string): Promise<Stat> => {
  const stat = await readFile(`${folder}/stat`, 'utf8').catch(() => '')
  if (stat === '') return {}
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0], parent: Number(fields[1]), niceness: Number(fields[16]) }
}
