import { closeSync, constants, openSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { orIfNotFound } from '../platform/errno.ts'
import { systemMonotonic } from '../platform/system-monotonic.ts'
import { type DataFolder, openDataFolder } from './data-folder.ts'
import { explainStart } from './explain-start.ts'
import { findPostgresBinaries } from './postgres-binaries.ts'
import { findPrivilege } from './privilege.ts'
import { acquireServerReference, hasServerReferences } from './server-reference.ts'
import { type Supervisor, startSupervisor } from './supervisor.ts'

export type EmbeddedPostgres = {
  readonly connection: {
    /**
     * The folder of the server's socket. The path may be valid only in this process. The server listens on no
     * port.
     */
    readonly host: string
    readonly port: number
    readonly user: string
    readonly database: string
  }
  /**
   * Releases the server. The server shuts down shortly after the last process has released it. The caller
   * closes all connections before.
   */
  readonly stop: () => Promise<void>
  readonly isRunning: () => boolean
  /** Pid in the pid namespace of the process that started the server. */
  readonly postmasterPid: number
}

type Options = {
  /** Settings of PostgreSQL. The settings have an effect only if this process starts the server. */
  readonly settings?: Readonly<Record<string, string>>
}

/** Maximum time in milliseconds until the server answers. */
const startTimeoutMs = 60_000

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
 * Starts a PostgreSQL server with its data below `dir`, or joins the server that already runs there. The
 * server runs while any process needs it, even if the process that started it has ended or was killed. Throws
 * an error with a one-line message.
 */
export const startEmbeddedPostgres = async (
  dir: string,
  { settings = {} }: Options = {},
): Promise<EmbeddedPostgres> => {
  const binaries = await findPostgresBinaries()
  const privilege = await findPrivilege(binaries.postgres)
  const folder = await openDataFolder(dir, binaries, privilege)

  const effective = { ...defaults, unix_socket_directories: socketSetting(folder), ...settings }
  const flags = Object.entries(effective).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const command = [...privilege.wrap, binaries.postgres, '-D', folder.cluster, ...flags]
  const port = Number(settings.port ?? 5432)
  const sockets = openSync(folder.sockets, constants.O_RDONLY | constants.O_DIRECTORY)
  const host = isShort(folder.sockets) ? folder.sockets : `/proc/self/fd/${sockets}`
  const connection = { host, port, user: 'postgres', database: 'postgres' }

  const openFiles = [sockets]
  const closeFiles = () => {
    for (const file of openFiles.splice(0)) closeSync(file)
  }
  try {
    const startServer = () => startSupervisor(folder, privilege, command)
    openFiles.push(await startOrJoin(folder, startServer, () => tryToConnect(connection)))
    return {
      connection,
      postmasterPid: await readPostmasterPid(folder),
      stop: async () => closeFiles(),
      isRunning: () => hasServerReferences(folder.fifo),
    }
  } catch (error) {
    closeFiles()
    throw error
  }
}

/**
 * Returns whether a socket path in this folder is short enough. A Unix socket's path has at most 107 bytes.
 */
const isShort = (sockets: string): boolean => Buffer.byteLength(sockets) <= 90

/**
 * Returns the setting for the socket's folder. The absolute path of this folder may be too long for a socket,
 * or contain a comma or quote, which PostgreSQL would interpret. In that case the server gets a path relative
 * to the cluster folder, and this process connects through an open descriptor of the folder.
 */
const socketSetting = ({ sockets }: DataFolder): string =>
  isShort(sockets) && /^[\w./-]+$/.test(sockets) ? sockets : '../run'

/**
 * Starts or joins a server. Returns the open FIFO (server-reference.ts) that keeps the server running, once
 * the server answers.
 */
const startOrJoin = async (
  folder: DataFolder,
  startServer: () => Supervisor,
  connect: () => Promise<Error | undefined>,
): Promise<number> => {
  const deadline = systemMonotonic() + startTimeoutMs
  const logFrom = (await orIfNotFound(stat(folder.log), null))?.size ?? 0
  let reference: number | undefined
  let supervisor: Supervisor | undefined

  for (;;) {
    reference ??= acquireServerReference(folder.fifo)
    if (reference === undefined && supervisor?.isRunning() !== true) {
      supervisor = startServer() // if several processes start a server, only one gets the lock
      reference = supervisor.reference
    }
    const refusal = await connect()
    if (refusal === undefined && reference !== undefined) return reference

    if (systemMonotonic() > deadline) {
      return giveUp(reference, `PostgreSQL does not answer: ${refusal?.message} (see ${folder.log})`)
    }
    await sleep(10)
    // The server that was shutting down has ended by now, so this open FIFO does not keep a server running.
    // The next attempt opens the FIFO again.
    if (reference !== undefined && !hasServerReferences(folder.fifo)) {
      closeSync(reference)
      reference = undefined
      await sleep(40)
    }
    const failure = supervisor?.failure()
    if (failure !== undefined) return giveUp(reference, await explainStart(folder.log, logFrom, failure))
  }
}

const giveUp = (reference: number | undefined, why: string): never => {
  if (reference !== undefined) closeSync(reference)
  throw new Error(why)
}

const tryToConnect = async (connection: EmbeddedPostgres['connection']): Promise<Error | undefined> => {
  const client = new Client({ ...connection, connectionTimeoutMillis: 2000 })
  client.on('error', () => {}) // an 'error' event without a listener would end the process
  try {
    await client.connect()
    await client.end()
    return undefined
  } catch (reason) {
    return reason instanceof Error ? reason : new Error(String(reason))
  }
}

const readPostmasterPid = async ({ cluster }: DataFolder): Promise<number> => {
  const [pid] = (await readFile(path.join(cluster, 'postmaster.pid'), 'utf8')).split('\n')
  return Number(pid)
}
