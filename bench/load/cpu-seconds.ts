import { readFile } from 'node:fs/promises'

const TICKS_PER_SECOND = 100

/**
 * Returns the CPU seconds used by a process and its children, all threads (proc(5), fields 14 and 15); `null`
 * without /proc. Other load on the machine has little influence on it.
 */
export const cpuSecondsOf = async (pid: number): Promise<number | null> => {
  try {
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'latin1')
    const pids = [pid, ...children.split(' ').filter(Boolean).map(Number)]
    const ticks = await Promise.all(pids.map(ticksOf))
    return ticks.reduce((sum, each) => sum + each, 0) / TICKS_PER_SECOND
  } catch {
    return null
  }
}

const ticksOf = async (pid: number): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1')
  // The second field is the command in brackets, which may contain any character.
  const afterCommand = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(afterCommand[11]) + Number(afterCommand[12])
}
