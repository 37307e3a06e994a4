import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { isPermissionDenied } from './errno.ts'

// Identities of processes, for the names of files: locks, and unfinished folders and files. All other code
// compares identities and calls `processStateOf`; no other code uses a pid (test/architecture.test.ts).

/**
 * `{boot}-{pid namespace}-{pid}-{start}`. The boot id distinguishes kernels. The pid namespace distinguishes
 * containers of one kernel. The start time (clock ticks since boot) distinguishes processes with the same
 * pid. An identity contains no dot, so that a file name can append a suffix with a dot.
 */
export type ProcessIdentity = string

/**
 * The state of a process, as seen from this process. If the state is `unknown`, the process may be alive, so
 * its files must not be removed.
 */
export type ProcessState = 'alive' | 'gone' | 'unknown'

/**
 * Source of a regular expression that matches an identity in a file name. The expression contains no groups,
 * so that it can be part of another expression.
 */
export const identityPattern = '[0-9a-f]{12}-\\d+-\\d+-\\d+'

const identity = new RegExp(`^${identityPattern}$`)

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

type Stat = { readonly pid: number; readonly state: string; readonly start: string }

/**
 * Reads pid, state (field 3) and start (field 22) of a process (proc(5)). Returns `null` if there is no such
 * process, or no /proc.
 */
const statOf = (process: number | 'self'): Stat | null => {
  const text = textOf(`/proc/${process}/stat`)
  if (text === '') return null
  // Field 2 is the command in parentheses. The command itself may contain spaces and parentheses.
  const rest = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { pid: Number.parseInt(text, 10), state: rest[0] ?? '', start: rest[19] ?? '0' }
}

/** Returns the boot id. Outside Linux there is none, so a hash of the host name is used. */
const boot = (): string => {
  const id = textOf('/proc/sys/kernel/random/boot_id').replaceAll('-', '').trim()
  return /^[0-9a-f]{32}$/.test(id)
    ? id.slice(0, 12)
    : createHash('sha256').update(hostname()).digest('hex').slice(0, 12)
}

const pidNamespace = (): string => {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')
  } catch {
    return '0'
  }
}

const ownStat = statOf('self')

/**
 * How to find processes of this pid namespace. `proc`: in /proc. `signals`: with signals, because there is no
 * /proc. `none`: processes cannot be found, because /proc was mounted for another namespace and shows other
 * pids.
 */
const source = ownStat === null ? 'signals' : ownStat.pid === process.pid ? 'proc' : 'none'

const own = { boot: boot(), pidNamespace: pidNamespace() }

const identityFor = (pid: number, start: string): ProcessIdentity =>
  `${own.boot}-${own.pidNamespace}-${pid}-${start}`

/** The identity of this process. */
export const currentProcessIdentity: ProcessIdentity = identityFor(process.pid, ownStat?.start ?? '0')

/** Returns the identity of a running process in this pid namespace; `null` if no process has this pid. */
export const processIdentityOf = (pid: number): ProcessIdentity | null => {
  if (pid === process.pid) return currentProcessIdentity
  if (source === 'signals') return isRunning(pid) ? identityFor(pid, '0') : null
  const stat = source === 'proc' ? statOf(pid) : null
  return stat === null || stat.state === 'Z' ? null : identityFor(pid, stat.start)
}

/**
 * Returns whether a process runs. Signal 0 is not delivered; it only checks the process. Permission denied
 * means that the process runs as another user.
 */
const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return isPermissionDenied(error)
  }
}

export const isProcessIdentity = (text: string): boolean => identity.test(text)

export const isFromThisBoot = (text: ProcessIdentity): boolean =>
  isProcessIdentity(text) && text.startsWith(`${own.boot}-`)

/**
 * Returns the state of a process of this kernel and pid namespace. Returns `unknown` for any other process,
 * because its pid means nothing here. For processes of this kernel in other pid namespaces, use
 * process-liveness.ts.
 */
export const processStateOf = (text: ProcessIdentity): ProcessState => {
  if (!isFromThisBoot(text)) return 'unknown'
  if (text === currentProcessIdentity) return 'alive'
  const [, namespace, pid] = text.split('-')
  if (namespace !== own.pidNamespace || source === 'none') return 'unknown'
  return processIdentityOf(Number(pid)) === text ? 'alive' : 'gone'
}
