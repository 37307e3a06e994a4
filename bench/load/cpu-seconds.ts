import { readFile } from 'node:fs/promises'

const TICKS_PER_SECOND = 100

/**
 * Returns the CPU seconds that a process, its threads and its children have used (proc(5), fields 14 and 15);
 * `null` without /proc. Other load on the machine hardly changes this number.
 */
export const cpuSecondsOf = async (pid: number): Promise<number | null> => {
  try {
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'latin1')
    const pids = [pid, ...children.split(' ').filter(Boolean).map(Number)]
    const ticks = await Promise.all(pids.map((each) => ticksOf(each, ownFields)))
    return ticks.reduce((sum, each) => sum + each, 0) / TICKS_PER_SECOND
  } catch {
    return null
  }
}

/** Returns the CPU seconds of a process with its threads, without its children. */
export const cpuSecondsOfProcess = async (pid: number): Promise<number> =>
  (await ticksOf(pid, ownFields)) / TICKS_PER_SECOND

/**
 * Returns the CPU seconds of those children of this process that have ended (fields 16 and 17); 0 without
 * /proc.
 */
export const endedChildrenCpuSeconds = async (): Promise<number> => {
  try {
    return (await ticksOf('self', endedFields)) / TICKS_PER_SECOND
  } catch {
    return 0
  }
}

// Indexes among the fields after the second field, which is removed first.
const ownFields = [11, 12]
const endedFields = [13, 14]

const ticksOf = async (pid: number | 'self', fields: ReadonlyArray<number>): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1')
  // The second field is the command in brackets, which may contain any character.
  const afterCommand = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.reduce((sum, field) => sum + Number(afterCommand[field]), 0)
}
