import { readFile } from 'node:fs/promises'

/** Bytes of memory that a process holds now (RSS, proc(5)). */
export const memoryOf = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'latin1')
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]
  if (kilobytes === undefined) throw new Error('a process without memory')
  return Number(kilobytes) * 1024
}

/** Calls `tell` with it again and again; the function that it gives ends that. */
export const watchMemory = (pid: number, everyMs: number, tell: (bytes: number) => void): (() => void) => {
  const timer = setInterval(() => {
    void memoryOf(pid).then(tell, () => undefined)
  }, everyMs)
  return () => clearInterval(timer)
}
