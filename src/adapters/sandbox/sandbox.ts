import { constants } from 'node:os'
import { isAbsolute } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Isolation } from '../../ports/transcoder.ts'
import { runProgram } from '../platform/run-program.ts'
import { systemMonotonic } from '../platform/system-monotonic.ts'
import { findProgram } from './find-program.ts'
import { ownRootScript, type SandboxFiles } from './own-root.ts'

/** A command prefix that isolates a command from this machine. */
type Sandbox = {
  readonly prefix: ReadonlyArray<string>
  /**
   * A separate root folder. `drop` is the command prefix that removes the rights which are needed only to
   * create that folder. `null`: the command sees the machine's root.
   */
  readonly ownRoot: { readonly drop: ReadonlyArray<string> } | null
  readonly isolation: Isolation
}

export type SandboxCommand = { readonly program: string; readonly args: ReadonlyArray<string> }

/**
 * Permits the command to read and write files like root, but removes all other rights of root. So the command
 * cannot join another network.
 */
const rootFileRights = ['--inh-caps=-all', '--bounding-set=-all,+dac_override,+dac_read_search,+fowner']
const noRights = ['--inh-caps=-all', '--bounding-set=-all']

// `setpriv` forbids new rights (no_new_privs), and makes the kernel kill the command when this process dies.
// `unshare` creates a network namespace without interfaces. `unshare` itself stays alive to wait for the pid
// namespace. `unshare` also dies with this process, and then all processes in the namespace end.
const restricted = ['setpriv', '--pdeathsig', 'KILL', '--no-new-privs']
const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child=KILL']
const userNamespace = ['unshare', '--user', '--map-root-user']

const all: Isolation = { withoutNetwork: true, withoutNewPrivileges: true, withoutLibrary: true }
const visible: Isolation = { withoutNetwork: true, withoutNewPrivileges: true, withoutLibrary: false }

/**
 * The sandboxes to try, best first. The first one that runs is used, because containers and kernels differ in
 * what they permit.
 */
const candidates: ReadonlyArray<Sandbox> = [
  {
    prefix: [...restricted, '--', 'unshare', ...namespaces, '--'],
    ownRoot: { drop: ['setpriv', ...rootFileRights, '--'] },
    isolation: all,
  },
  {
    prefix: [...restricted, '--', ...userNamespace, ...namespaces, '--'],
    ownRoot: { drop: ['setpriv', ...noRights, '--'] },
    isolation: all,
  },
  {
    prefix: ['unshare', '--net', '--', ...restricted, ...rootFileRights, '--'],
    ownRoot: null,
    isolation: visible,
  },
  {
    prefix: ['unshare', '--user', '--map-current-user', '--net', '--', ...restricted, '--'],
    ownRoot: null,
    isolation: visible,
  },
  { prefix: [...restricted, '--'], ownRoot: null, isolation: { ...visible, withoutNetwork: false } },
]

const none: Sandbox = {
  prefix: [],
  ownRoot: null,
  isolation: { withoutNetwork: false, withoutNewPrivileges: false, withoutLibrary: false },
}

const resolvePrograms = (words: ReadonlyArray<string>): ReadonlyArray<string> | null => {
  const resolved = words.map((word) => (word === 'unshare' || word === 'setpriv' ? findProgram(word) : word))
  return resolved.every((word) => word !== null) ? resolved : null
}

/** Replaces the names of programs by their paths. Returns `null` if a program is missing. */
const onThisMachine = ({ prefix, ownRoot, isolation }: Sandbox): Sandbox | null => {
  const resolved = resolvePrograms(prefix)
  const drop = resolvePrograms(ownRoot?.drop ?? [])
  return resolved === null || drop === null
    ? null
    : { prefix: resolved, ownRoot: ownRoot === null ? null : { drop }, isolation }
}

const wrapCommand = (
  { prefix, ownRoot }: Sandbox,
  { program, args }: SandboxCommand,
  files: SandboxFiles,
): SandboxCommand => {
  const command = ownRoot === null ? [program, ...args] : [...ownRoot.drop, program, ...args]
  const paths = command.filter(isProgram)
  const rootSetup = ownRoot === null ? [] : ['/bin/sh', '-c', ownRootScript(files, paths), 'sandbox']
  const [first = program, ...rest] = [...prefix, ...rootSetup, ...command]
  return { program: first, args: rest }
}

/**
 * Returns whether a word is a program. In nested wrappers, programs are absolute paths at the start or after
 * `--`. Other paths are files.
 */
const isProgram = (word: string, index: number, words: ReadonlyArray<string>): boolean =>
  isAbsolute(word) && (index === 0 || words[index - 1] === '--')

type Outcome = 'runs' | 'is forbidden' | 'unknown'

/** The error messages for EPERM and EACCES. The trial runs with the locale C, so they are in English. */
const forbidden = /Operation not permitted|Permission denied/

const tryOnce = async (sandbox: Sandbox): Promise<Outcome> => {
  const trial = { program: process.execPath, args: ['--version'] }
  const { program, args } = wrapCommand(sandbox, trial, { reads: [], writes: [] })
  try {
    await runProgram(program, args, { timeout: 10_000, env: { PATH: process.env.PATH, LC_ALL: 'C' } })
    return 'runs'
  } catch (cause) {
    return forbidden.test(String(cause)) ? 'is forbidden' : 'unknown'
  }
}

/**
 * Pauses in milliseconds before a failed trial is repeated. A failure may be a temporary lack of memory or
 * processes.
 */
const retryPauses = [100, 400]

const runs = async (sandbox: Sandbox): Promise<boolean> => {
  let outcome = await tryOnce(sandbox)
  for (const ms of retryPauses) {
    if (outcome !== 'unknown') break
    await pause(ms)
    outcome = await tryOnce(sandbox)
  }
  return outcome === 'runs'
}

const search = async (): Promise<Sandbox> => {
  for (const candidate of candidates) {
    const sandbox = onThisMachine(candidate)
    if (sandbox !== null && (await runs(sandbox))) return sandbox
  }
  return none
}

const isBest = ({ isolation }: Sandbox): boolean => isolation === all

/** Time in milliseconds for which a result other than the best possible one is cached. */
const ttlMs = 600_000

type Search = { readonly startedAt: number; readonly sandbox: Promise<Sandbox> }
const searches = new Map<string | undefined, Search>()

/**
 * Returns the best sandbox that this machine permits. Trials find it, once for each value of PATH. The best
 * possible result is cached forever, any other result for ten minutes.
 */
export const findSandbox = async (): Promise<Sandbox> => {
  const path = process.env.PATH
  const now = systemMonotonic()
  const last = searches.get(path)
  if (last !== undefined && (now - last.startedAt < ttlMs || isBest(await last.sandbox))) return last.sandbox
  const started = { startedAt: now, sandbox: search() }
  searches.set(path, started)
  return started.sandbox
}

/** Wraps a command in the sandbox. The command gets a lower CPU priority than this process. */
export const sandboxCommand = async (
  command: SandboxCommand,
  files: SandboxFiles,
): Promise<SandboxCommand> => {
  const { program, args } = wrapCommand(await findSandbox(), command, files)
  const nice = findProgram('nice')
  return nice === null ? { program, args } : { program: nice, args: ['-n', '10', '--', program, ...args] }
}

export type ProcessExit = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

const signals = new Map(
  Object.entries(constants.signals).map(([name, number]) => [number, name as NodeJS.Signals]),
)

/**
 * Returns how a sandboxed command ended. The shell of the sandbox reports a signal as exit code 128 plus its
 * number.
 */
export const toProcessExit = (code: number | null, signal: NodeJS.Signals | null): ProcessExit => {
  const reported = signals.get((code ?? 0) - 128)
  return reported === undefined ? { code, signal } : { code: null, signal: reported }
}
