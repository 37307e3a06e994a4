import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { PostgresBinaries } from './postgres-binaries.ts'
import type { Privilege } from './privilege.ts'

/** Where an embedded server keeps its things. */
export type DataFolder = {
  /** The database itself. */
  readonly cluster: string
  /** A FIFO: who holds its write end open needs the server. */
  readonly fifo: string
  /** Locked for as long as any of the server's processes lives. */
  readonly lock: string
  readonly log: string
  readonly socketDir: string
}

const run = promisify(execFile)

/** Makes the folder and its database where they are missing; those of several processes end up the same. */
export const openDataFolder = async (
  dir: string,
  binaries: PostgresBinaries,
  privilege: Privilege,
): Promise<DataFolder> => {
  const base = path.resolve(dir)
  const folder = {
    cluster: path.join(base, 'pg'),
    fifo: path.join(base, 'alive'),
    lock: path.join(base, 'lock'),
    log: path.join(base, 'postgres.log'),
    socketDir: socketDirFor(base),
  }
  await mkdir(base, { recursive: true, mode: 0o700 })
  if (privilege.uid !== process.getuid?.()) await chmod(base, 0o711) // nobody must come through
  await mkdir(folder.socketDir, { recursive: true, mode: 0o700 })
  await giveTo(privilege, folder.socketDir)
  await makeFifo(folder.fifo)
  await initialize(base, folder.cluster, binaries, privilege)
  await giveTo(privilege, folder.cluster)
  return folder
}

// The path of a socket has at most 107 bytes, and PostgreSQL reads a comma or a quote in it as its own.
const socketDirFor = (base: string): string => {
  const inside = path.join(base, 'run')
  if (Buffer.byteLength(inside) <= 90 && /^[\w./-]+$/.test(inside)) return inside
  return path.join(tmpdir(), `pg-${createHash('sha256').update(base).digest('hex').slice(0, 16)}`)
}

/** Hands over what an earlier start left under another uid. The folder must be one of ours. */
const giveTo = async ({ uid }: Privilege, folder: string): Promise<void> => {
  const found = await lstat(folder)
  if (!found.isDirectory()) throw new Error(`${folder} is not a folder`)
  if (found.uid === uid) return
  if (process.getuid?.() !== 0) throw new Error(`${folder} belongs to somebody else (uid ${found.uid})`)
  await run('chown', ['-R', `${uid}:${uid}`, folder])
}

const makeFifo = async (fifo: string): Promise<void> => {
  try {
    await run('mkfifo', ['-m', '600', fifo])
  } catch (reason) {
    const there = await lstat(fifo).catch(() => undefined)
    if (there?.isFIFO() !== true) throw reason
  }
}

// One process at a time; what a killed one left half made goes first, and what is in place is whole.
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
  const found = await readFile(path.join(cluster, 'PG_VERSION'), 'utf8').catch(() => undefined)
  if (found !== undefined) {
    if (found.trim() === major) return
    throw new Error(
      `${cluster} was written by PostgreSQL ${found.trim()}, and this is ${major}: move its data or set DATABASE_URL`,
    )
  }
  const command = [
    ...[...wrap, initdb, '-D', `${cluster}.new`, '-U', 'postgres', '-E', 'UTF8', '--no-sync'],
    ...['-A', 'trust'], // nobody but the folder's owner comes to its socket
    ...['--locale-provider=builtin', '--locale=C.UTF-8'],
  ]
  await run(
    'flock',
    [path.join(base, 'init.lock'), '/bin/sh', '-c', initializeOnce, 'initialize', ...command],
    {
      cwd: '/',
      env: { PATH: process.env.PATH, LC_ALL: 'C', CLUSTER: cluster, OWNER: String(uid) },
    },
  )
}
