import { stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../config/settings.ts'
import type { Isolation } from '../ports/transcoder.ts'
import { findForeignFiles } from './foreign-files.ts'
import { larderSudoCommand, shellLine } from './shell-line.ts'

/** The result of one check. `fault` is `null` if there is no fault. */
export type DoctorFinding = {
  readonly name: string
  readonly detail: string
  readonly fault: string | null
  /** Instructions to correct the fault. */
  readonly remedy: string
}

export const healthyFinding = (name: string, detail: string): DoctorFinding => ({
  name,
  detail,
  fault: null,
  remedy: '',
})

const gibibyte = 1024 ** 3
const minimumFreeBytes = gibibyte / 8

const minimumNode = [20, 19] as const

export const examineNode = (larderVersion: string, nodeVersion: string): DoctorFinding => {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number)
  const isOld = major < minimumNode[0] || (major === minimumNode[0] && minor < minimumNode[1])
  return {
    name: 'larder',
    detail: `${larderVersion}, Node ${nodeVersion}, ${process.platform} ${process.arch}`,
    fault: isOld ? `Node ${nodeVersion} is older than ${minimumNode.join('.')}` : null,
    remedy: 'install a supported version of Node, such as 24 or 22',
  }
}

const freeBytes = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

const withFreeSpace = async (name: string, folder: string, about: string): Promise<DoctorFinding> => {
  const free = await freeBytes(folder)
  return {
    name,
    detail: `${folder}${about}, ${(free / gibibyte).toFixed(1)} GiB free`,
    fault: free < minimumFreeBytes ? `the disk of ${folder} is full or nearly full` : null,
    remedy: 'free some space there, or move the folder to a larger disk',
  }
}

const maxNames = 5

const joinNames = (all: ReadonlyArray<string>): string =>
  all.length > maxNames
    ? `${all.slice(0, maxNames).join(', ')} and ${all.length - maxNames} more`
    : all.join(', ')

/** Checks the existence of the folder, its owner, and the free space. `uid` is the user of this process. */
export const examineDataFolder = async (dataDir: string, uid: number): Promise<DoctorFinding> => {
  const name = 'data folder'
  const stats = await stat(dataDir).catch(() => null)
  if (stats === null)
    return {
      name,
      detail: dataDir,
      fault: `${dataDir} does not exist`,
      remedy: 'set DATA_DIR to the folder of your library; `larder serve` creates a new library',
    }
  if (!stats.isDirectory())
    return { name, detail: dataDir, fault: `${dataDir} is not a folder`, remedy: 'set DATA_DIR to a folder' }
  if (stats.uid !== uid && uid !== 0)
    return {
      name,
      detail: dataDir,
      fault: `${dataDir} belongs to the user with the id ${stats.uid}, and this command runs as ${uid}`,
      remedy: `run it as that user: ${larderSudoCommand(stats.uid, dataDir, ['doctor'])}`,
    }
  const { foreign, isWhole } = await findForeignFiles(dataDir, stats.uid)
  if (foreign.length > 0) {
    const paths = foreign.length > maxNames ? [dataDir] : foreign.map((name) => path.join(dataDir, name))
    const remedy = shellLine(['sudo', 'chown', '-R', `--reference=${dataDir}`, '--', ...paths])
    return {
      name,
      detail: dataDir,
      fault: `${joinNames(foreign)} in ${dataDir} does not belong to the owner of the folder, the user with the id ${stats.uid}`,
      remedy: `stop the server, then: ${remedy}`,
    }
  }
  const mode = (stats.mode & 0o777).toString(8).padStart(4, '0')
  return withFreeSpace(
    name,
    dataDir,
    ` (user ${stats.uid}, mode ${mode}${isWhole ? '' : '; not all files in it were checked'})`,
  )
}

/**
 * Describes the isolation of decoders. Missing isolation is not a fault, because a container may forbid all
 * of it.
 */
export const examineDecoders = ({
  withoutNetwork,
  withoutNewPrivileges,
  withoutLibrary,
}: Isolation): DoctorFinding => {
  const network = withoutNetwork
    ? 'without network access'
    : 'with network access, because this machine does not allow Larder to block it'
  const rights = withoutNewPrivileges
    ? 'without the ability to gain privileges'
    : 'with the ability to gain privileges'
  const files = withoutLibrary
    ? 'with access to the files of their job only'
    : 'with access to all files and processes of this user, including the keys'
  return healthyFinding('decoders', `run ${network}, ${files}, and ${rights}`)
}

const requestMilliseconds = 2000

/**
 * Checks whether a server answers at the configured address. If not, that is no fault, because commands need
 * no server.
 */
export const examineServer = async ({
  host,
  port,
}: Pick<Config, 'host' | 'port'>): Promise<DoctorFinding> => {
  const name = 'server'
  const reachableHost = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  const address = `http://${reachableHost.includes(':') ? `[${reachableHost}]` : reachableHost}:${port}`
  try {
    const response = await fetch(`${address}/readyz`, { signal: AbortSignal.timeout(requestMilliseconds) })
    const { status } = (await response.json()) as { readonly status?: unknown }
    return healthyFinding(
      name,
      `at ${address}: ${typeof status === 'string' ? status : 'another program answers'}`,
    )
  } catch {
    return healthyFinding(name, `no server answers at ${address}`)
  }
}

/** Returns the location of each service, by the name of its finding. */
export const serviceLocations = (config: Config): Readonly<Record<string, string>> => ({
  database:
    config.databaseUrl === null
      ? `embedded, in ${path.join(config.dataDir, 'postgres')}`
      : `at ${new URL(config.databaseUrl).host}`,
  'object store':
    config.s3 === null
      ? path.join(config.dataDir, 'objects')
      : `bucket ${config.s3.bucket}${config.s3.endpoint === null ? '' : ` at ${config.s3.endpoint}`}`,
  cache: config.cacheDir,
})
