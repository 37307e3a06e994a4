import { readFile } from 'node:fs/promises'

/** Returns the resident memory of a process, in bytes (RSS, proc(5)). */
export const memoryOf = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'latin1')
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  if (kilobytes === undefined) throw new Error('a process without memory')
  return Number(kilobytes) * 1024
}

/**
 * Calls `onSample` with the memory of a process, every `everyMs`. Returns a function that stops the calls.
 */
export const watchMemory = (
  pid: number,
  everyMs: number,
  onSample: (bytes: number) => void,
): (() => void) => {
  const timer = setInterval(() => {
    void memoryOf(pid).then(onSample, () => undefined)
  }, everyMs)
  return () => clearInterval(timer)
}
