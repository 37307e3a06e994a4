import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

// A scratch folder is named `{pid}-{start}-{six letters}` after the process that made it. In a container a new
// process often gets the pid of the one that was killed: their starts differ.

/** A new empty folder that only this user may read. */
export const makeScratchFolder = (scratchDir: string): Promise<string> =>
  mkdtemp(join(scratchDir, `${process.pid}-${startOf(process.pid)}-`))

/** Removes the folders of processes that are gone. */
export const removeOrphans = async (scratchDir: string): Promise<void> => {
  for (const name of await readdir(scratchDir)) {
    const [, pid, start] = /^(\d+)-(\d+)-\w{6}$/.exec(name) ?? []
    if (pid === undefined || (isAlive(Number(pid)) && String(startOf(Number(pid))) === start)) continue
    await rm(join(scratchDir, name), { recursive: true, force: true })
  }
}

/** Signal 0 only asks; EPERM is the answer of a process of somebody else's. */
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM'
  }
}

/** When a process began, in clock ticks since the machine did (proc(5), field 22 of stat); 0 where there is no /proc. */
const startOf = (pid: number): number => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in brackets, and may hold spaces and brackets itself.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
  } catch {
    return 0
  }
}
