import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'

const aDay = 24 * 60 * 60 * 1000

// Of this process, over all folders: a number is never used twice, and what is not here is not being written.
const underWay = new Set<string>()
let made = 0

/** Where files are written before they are whole. */
export type IncomingFolder = {
  /** Runs `work` with the path of a file that is not there yet. What is still there afterwards is removed. */
  readonly withNewFile: <A>(work: (path: string) => Promise<A>) => Promise<A>
}

/**
 * A folder for files under way, shared by any number of processes. A file is named `{host}.{process}.{number}`
 * after its writer, so that what a killed process left behind can be told from what another is writing now; it is
 * removed once the first new file is done.
 */
export const createIncomingFolder = (dir: string): IncomingFolder => {
  let swept: Promise<void> | null = null

  return {
    withNewFile: async (work) => {
      await mkdir(dir, { recursive: true })
      const path = join(dir, `${encodeURIComponent(hostname())}.${process.pid}.${made++}`)
      underWay.add(path)
      try {
        return await work(path)
      } finally {
        underWay.delete(path)
        await rm(path, { force: true })
        swept ??= removeLeftovers(dir)
        await swept
      }
    },
  }
}

/** Leftovers take space and do no harm, so one that cannot be removed stays. */
const removeLeftovers = async (dir: string): Promise<void> => {
  for (const name of await readdir(dir).catch(() => [])) {
    const path = join(dir, name)
    if (await isLeftover(path, name)) await rm(path, { force: true, recursive: true }).catch(() => undefined)
  }
}

const isLeftover = async (path: string, name: string): Promise<boolean> => {
  const [, host, writer] = /^(.*)\.(\d+)\.\d+$/.exec(name) ?? []
  if (host === encodeURIComponent(hostname())) {
    // After a restart a container's process has the same number again, so our own number proves nothing.
    return Number(writer) === process.pid ? !underWay.has(path) : !isAlive(Number(writer))
  }
  return isOld(path)
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // Not ours to signal, yet there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Untouched for a day, by the clock of the file system: the folder was written to a moment ago. */
const isOld = async (path: string): Promise<boolean> => {
  try {
    const [file, folder] = [await stat(path), await stat(dirname(path))]
    return folder.mtimeMs - file.mtimeMs > aDay
  } catch {
    return false
  }
}
