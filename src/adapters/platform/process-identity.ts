import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { isDenied } from './errno.ts'

// The one way to name a process in what lies on a disk: locks, folders and files under way. All other code
// compares these names and asks for the state of their processes; none looks at a pid (test/architecture.test.ts).

/**
 * `{boot}-{pid namespace}-{pid}-{start}`. The boot id tells kernels apart, and the namespace containers of one
 * kernel. The start, in clock ticks since boot, tells a process from a later one with the same pid. It holds no
 * dot, so that names of files can be built around it.
 */
export type ProcessIdentity = string

/** What can be known of a process from here. Nothing may be taken from one whose state is unknown. */
export type ProcessState = 'alive' | 'gone' | 'unknown'

/** For regular expressions that find an identity in a name; without groups of its own. */
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

/** proc(5): pid, state (field 3) and start (field 22); `null` when there is no such process, or no /proc. */
const statOf = (process: number | 'self'): Stat | null => {
  const text = textOf(`/proc/${process}/stat`)
  if (text === '') return null
  // Field 2 is the command in brackets, and may hold spaces and brackets itself.
  const rest = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { pid: Number.parseInt(text, 10), state: rest[0] ?? '', start: rest[19] ?? '0' }
}

/** Where there is no boot id (outside Linux) the name of the host has to do. */
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

const us = statOf('self')

/**
 * What knows the processes of our pid namespace: /proc, unless it was mounted for another namespace and numbers them in
 * its own way, or signals where there is no /proc.
 */
const source = us === null ? 'signals' : us.pid === process.pid ? 'proc' : 'none'

const place = { boot: boot(), pidNamespace: pidNamespace() }

const identityFor = (pid: number, start: string): ProcessIdentity =>
  `${place.boot}-${place.pidNamespace}-${pid}-${start}`

/** This process. */
export const currentProcessId: ProcessIdentity = identityFor(process.pid, us?.start ?? '0')

/** A running process of our own pid namespace; `null` when none has this pid. */
export const processIdOf = (pid: number): ProcessIdentity | null => {
  if (pid === process.pid) return currentProcessId
  if (source === 'signals') return isRunning(pid) ? identityFor(pid, '0') : null
  const stat = source === 'proc' ? statOf(pid) : null
  return stat === null || stat.state === 'Z' ? null : identityFor(pid, stat.start)
}

/** Signal 0 only asks; the refusal to signal it is the answer of a process of another user. */
const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return isDenied(error)
  }
}

export const isIdentity = (text: string): boolean => identity.test(text)

export const isOfThisKernel = (text: ProcessIdentity): boolean =>
  isIdentity(text) && text.startsWith(`${place.boot}-`)

/**
 * The state of a process of this kernel and pid namespace, as the kernel has it. Any other process is unknown, since
 * its pid means nothing here: process-beacon.ts knows more of those of this kernel.
 */
export const processStateOf = (text: ProcessIdentity): ProcessState => {
  if (!isOfThisKernel(text)) return 'unknown'
  if (text === currentProcessId) return 'alive'
  const [, namespace, pid] = text.split('-')
  if (namespace !== place.pidNamespace || source === 'none') return 'unknown'
  return processIdOf(Number(pid)) === text ? 'alive' : 'gone'
}
