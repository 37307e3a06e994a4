import { readFileSync } from 'node:fs'

/**
 * A process of this machine, told from an earlier one with the same number by the time of its start
 * (`pid-ticks`, proc(5) field 22). Where there is no /proc the number alone has to do.
 */
export const markOf = (pid: number): string | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the command in brackets, which may hold anything.
    const afterCommand = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return afterCommand[0] === 'Z' ? null : `${pid}-${afterCommand[19]}`
  } catch {
    return isRunning(pid) ? `${pid}-0` : null
  }
}

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** This process. */
export const ourMark: string = markOf(process.pid) ?? `${process.pid}-0`

export const isAlive = (mark: string): boolean => {
  const pid = /^(\d{1,10})-\d+$/.exec(mark)?.[1]
  return pid !== undefined && markOf(Number(pid)) === mark
}
