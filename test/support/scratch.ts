import { access, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { waitForServerExit } from './wait-for-server-exit.ts'

const folders: string[] = []

/** What may write to these paths until `end` has resolved. */
type Writer = { readonly paths: ReadonlyArray<string>; readonly end: () => Promise<unknown> }

const writers = new Set<Writer>()

/**
 * Registers what writes to these paths. If it has not ended when `removeScratch` removes a folder that contains one of
 * the paths, it is ended first. Returns the function that removes the registration.
 */
export const registerWriter = (writer: Writer): (() => void) => {
  writers.add(writer)
  return () => writers.delete(writer)
}

/** Makes a new empty folder. `removeScratch` removes all these folders. */
export const scratchFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'larder-test-'))
  folders.push(folder)
  return folder
}

/** Removes a folder after all that writes there has ended, because a file that is written meanwhile fails the removal. */
const removeQuietFolder = async (folder: string): Promise<void> => {
  const isInside = (path: string) => path === folder || path.startsWith(`${folder}/`)
  const active = [...writers].filter(({ paths }) => paths.some(isInside))
  await Promise.all(active.map(({ end }) => end()))
  // An embedded PostgreSQL outlives the processes that use it, and writes its last checkpoint then.
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const subfolders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name))
  for (const dataDir of [folder, ...subfolders]) {
    const server = join(dataDir, 'postgres')
    const isServer = await access(join(server, 'lock')).then(
      () => true,
      () => false,
    )
    if (isServer) await waitForServerExit(server)
  }
  await rm(folder, { recursive: true, force: true })
}

export const removeScratch = async (): Promise<void> => {
  for (const folder of folders.splice(0)) await removeQuietFolder(folder)
}
