import { closeSync, constants, openSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { isMissing } from '../platform/errno.ts'
import { systemMonotonic } from '../platform/system-monotonic.ts'
import { type DataFolder, openDataFolder } from './data-folder.ts'
import { explainStart } from './explain-start.ts'
import { findPostgresBinaries } from './postgres-binaries.ts'
import { findPrivilege } from './privilege.ts'
import { acquireReference, hasReferences } from './server-reference.ts'
import { type Supervisor, startSupervisor } from './warden.ts'

export type EmbeddedPostgres = {
  readonly connection: {
    /** The folder of its socket, as this process and no other may name it: it listens on no port. */
    readonly host: string
    readonly port: number
    readonly user: string
    readonly database: string
  }
  /**
   * Lets go of the server, which shuts down when nobody holds it any more, a little later. Close all
   * connections first.
   */
  readonly stop: () => Promise<void>
  readonly isRunning: () => boolean
  /** As the pid namespace of the process that started it has it. */
  readonly postmasterPid: number
}

type Options = {
  /** Settings of PostgreSQL; they count only for the process that happens to start the server. */
  readonly settings?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
}

const defaults = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  shared_buffers: '64MB',
  max_connections: '100',
  max_wal_size: '256MB',
  min_wal_size: '48MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

/**
 * A PostgreSQL server with its data below `dir`: starts it, or joins the one that runs there. The server
 * outlives the process that started it for as long as another one needs it, and none for longer, however
 * they end. Throws, in one line, when there is no way.
 */
export const startEmbeddedPostgres = async (
  dir: string,
  { settings = {}, timeoutMs = 60_000 }: Options = {},
): Promise<EmbeddedPostgres> => {
  const binaries = await findPostgresBinaries()
  const privilege = await findPrivilege(binaries.postgres)
  const folder = await openDataFolder(dir, binaries, privilege)

  const all = { ...defaults, unix_socket_directories: socketSetting(folder), ...settings }
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const command = [...privilege.wrap, binaries.postgres, '-D', folder.cluster, ...flags]
  const port = Number(settings.port ?? 5432)
  const sockets = openSync(folder.sockets, constants.O_RDONLY | constants.O_DIRECTORY)
  const host = isShort(folder.sockets) ? folder.sockets : `/proc/self/fd/${sockets}`
  const connection = { host, port, user: 'postgres', database: 'postgres' }

  const held = [sockets]
  const letGo = () => {
    for (const file of held.splice(0)) closeSync(file)
  }
  try {
    const startOne = () => startSupervisor(folder, privilege, command)
    held.push(await startOrJoin(folder, startOne, () => tryToConnect(connection), timeoutMs))
    return {
      connection,
      postmasterPid: await readPostmasterPid(folder),
      stop: async () => letGo(),
      isRunning: () => hasReferences(folder.fifo),
    }
  } catch (error) {
    letGo()
    throw error
  }
}

/** A path of a socket has at most 107 bytes. */
const isShort = (sockets: string): boolean => Buffer.byteLength(sockets) <= 90

/**
 * Never a place outside this folder, whose path may be too long for a socket, or hold a comma or a quote that PostgreSQL
 * reads as its own: there the server is told a path relative to the cluster, and this process goes through its own open
 * folder.
 */
const socketSetting = ({ sockets }: DataFolder): string =>
  isShort(sockets) && /^[\w./-]+$/.test(sockets) ? sockets : '../run'

/** Gives a reference to a server that answers. */
const startOrJoin = async (
  folder: DataFolder,
  startOne: () => Supervisor,
  connect: () => Promise<Error | undefined>,
  timeoutMs: number,
): Promise<number> => {
  const deadline = systemMonotonic() + timeoutMs
  const logFrom = await sizeOf(folder.log)
  let reference: number | undefined
  let warden: Supervisor | undefined

  for (;;) {
    reference ??= acquireReference(folder.fifo)
    if (reference === undefined && warden?.isRunning() !== true) {
      warden = startOne() // of several at once, the lock takes one
      reference = warden.reference
    }
    const refusal = await connect()
    if (refusal === undefined && reference !== undefined) return reference

    if (systemMonotonic() > deadline) {
      return giveUp(reference, `PostgreSQL does not answer: ${refusal?.message} (see ${folder.log})`)
    }
    await sleep(10)
    // A server that was shutting down is gone by now, and a reference to it is worth nothing: look again.
    if (reference !== undefined && !hasReferences(folder.fifo)) {
      closeSync(reference)
      reference = undefined
      await sleep(40)
    }
    const failure = warden?.failure()
    if (failure !== undefined) return giveUp(reference, await explainStart(folder.log, logFrom, failure))
  }
}

const giveUp = (reference: number | undefined, why: string): never => {
  if (reference !== undefined) closeSync(reference)
  throw new Error(why)
}

const tryToConnect = async (connection: EmbeddedPostgres['connection']): Promise<Error | undefined> => {
  const client = new Client({ ...connection, connectionTimeoutMillis: 2000 })
  client.on('error', () => {}) // without a listener it would end the process
  try {
    await client.connect()
    await client.end()
    return undefined
  } catch (reason) {
    return reason instanceof Error ? reason : new Error(String(reason))
  }
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    (error) => {
      if (isMissing(error)) return 0
      throw error
    },
  )

const readPostmasterPid = async ({ cluster }: DataFolder): Promise<number> => {
  const [pid] = (await readFile(path.join(cluster, 'postmaster.pid'), 'utf8')).split('\n')
  return Number(pid)
}
