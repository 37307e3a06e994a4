import { chmod, lstat, mkdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { createFolder } from '../platform/create-folder.ts'
import { alreadyExists, orIfNotFound } from '../platform/errno.ts'
import { runProgram } from '../platform/run-program.ts'
import { grantPathAccess } from './grant-path-access.ts'
import { librarySpawnOptions, linkLibraries } from './library-links.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'
import { type Privilege, unprivilegedUid } from './privilege.ts'
import { makeFifo } from './server-reference.ts'

/** The paths of an embedded server. All are in one folder that only this user can access. */
export type DataFolder = {
  readonly base: string
  /** Folder of the database itself. */
  readonly cluster: string
  /**
   * A FIFO. Each process that needs the server keeps its write end open, so the server can stop when all of
   * them have closed it.
   */
  readonly fifo: string
  /** File that is locked while any process of the server is alive, so that no second server starts. */
  readonly lock: string
  readonly log: string
  /** Folder of the server's socket. */
  readonly sockets: string
}

/**
 * Opens the data folder. Creates the folder and its database if they are missing. Several processes may call
 * this function concurrently.
 */
export const openDataFolder = async (
  dir: string,
  binaries: PostgresBinaries,
  privilege: Privilege,
): Promise<DataFolder> => {
  const base = path.resolve(dir)
  const folder = {
    base,
    cluster: path.join(base, 'pg'),
    fifo: path.join(base, 'alive'),
    lock: path.join(base, 'lock'),
    log: path.join(base, 'postgres.log'),
    sockets: path.join(base, 'run'),
  }
  await createFolder(base)
  await checkBase(base)
  await grantPathAccess(privilege, base)
  await linkLibraries(base, binaries.libraries, privilege)
  await makeSockets(folder.sockets, privilege)
  await makeFifo(folder.fifo)
  if ((await orIfNotFound(lstat(folder.cluster), null)) !== null) await checkOwner(folder.cluster, privilege)
  await initialize(base, folder.cluster, binaries, privilege)
  return folder
}

const checkBase = async (base: string): Promise<void> => {
  const { uid, mode } = await stat(base)
  if (uid !== process.getuid?.())
    throw new Error(`${base} belongs to another user (uid ${uid}): run Larder as that user`)
  if ((mode & 0o022) !== 0) await chmod(base, 0o700)
}

const makeSockets = async (sockets: string, privilege: Privilege): Promise<void> => {
  await mkdir(sockets, { mode: 0o700 }).catch((error) => {
    if (!alreadyExists(error)) throw error
  })
  await checkOwner(sockets, privilege)
  const { uid, mode } = await lstat(sockets)
  if (uid === process.getuid?.() && (mode & 0o077) !== 0) await chmod(sockets, 0o700)
}

/**
 * Checks that a folder belongs to this user or to the user that PostgreSQL runs as. Only the supervisor,
 * which has the server's lock, changes the owner between these two (supervisor.ts).
 */
const checkOwner = async (folder: string, privilege: Privilege): Promise<void> => {
  const stats = await lstat(folder)
  if (!stats.isDirectory()) throw new Error(`${folder} is not a folder`)
  const isRoot = process.getuid?.() === 0
  if (
    stats.uid === process.getuid?.() ||
    stats.uid === privilege.uid ||
    (isRoot && stats.uid === unprivilegedUid)
  )
    return
  throw new Error(
    `${folder} belongs to another user (uid ${stats.uid}) than the folder that it is in: larder doctor says how to correct it`,
  )
}

// A lock ensures that only one process runs this script at a time. The script removes the unfinished folder
// of a killed process. The final rename is atomic.
const initializeOnce = `
  set -e
  if [ -e "$CLUSTER/PG_VERSION" ]; then exit 0; fi
  rm -rf "$CLUSTER.new"
  mkdir -m 700 "$CLUSTER.new"
  chown "$OWNER:$OWNER" "$CLUSTER.new"
  "$@"
  sync -f "$CLUSTER.new"
  mv -T "$CLUSTER.new" "$CLUSTER"
`

const initialize = async (
  base: string,
  cluster: string,
  { initdb, major }: PostgresBinaries,
  { wrap, uid }: Privilege,
): Promise<void> => {
  const version = await orIfNotFound(readFile(path.join(cluster, 'PG_VERSION'), 'utf8'), undefined)
  if (version !== undefined) {
    if (version.trim() === major) return
    throw new Error(
      `${cluster} was written by PostgreSQL ${version.trim()}, but this is ${major}: move its data or set DATABASE_URL`,
    )
  }
  const command = [
    ...[...wrap, initdb, '-D', `${cluster}.new`, '-U', 'postgres', '-E', 'UTF8', '--no-sync'],
    ...['-A', 'trust'], // only the owner of the folder can access the socket
    ...['--locale-provider=builtin', '--locale=C.UTF-8'],
  ]
  const { cwd, env } = librarySpawnOptions(base)
  await runProgram(
    'flock',
    [path.join(base, 'init.lock'), '/bin/sh', '-c', initializeOnce, 'initialize', ...command],
    { cwd, env: { ...env, CLUSTER: cluster, OWNER: String(uid) } },
  )
}
