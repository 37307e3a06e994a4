import { constants } from 'node:os'
import { isAbsolute } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Isolation } from '../../ports/transcoder.ts'
import { runProgram } from '../platform/run-program.ts'
import { systemMonotonic } from '../platform/system-monotonic.ts'
import { findProgram } from './find-program.ts'
import { type SandboxFiles, withOwnRoot } from './own-root.ts'

/** What stands before a command to run it apart from this machine. */
export type Sandbox = {
  readonly prefix: ReadonlyArray<string>
  /** Makes a root folder of its own, and drops the rights that this took; `null` where it keeps the machine's. */
  readonly ownRoot: { readonly drop: ReadonlyArray<string> } | null
  readonly isolation: Isolation
}

export type SandboxCommand = { readonly program: string; readonly args: ReadonlyArray<string> }

/** Reads and writes files as root does, and has no other right of root's: it cannot join another network, either. */
const ofRootFilesAlone = ['--inh-caps=-all', '--bounding-set=-all,+dac_override,+dac_read_search,+fowner']
const noRights = ['--inh-caps=-all', '--bounding-set=-all']

// `setpriv` forbids new rights (no_new_privs), and has the kernel kill the command when this process dies. `unshare`
// makes a network without a way out. A namespace of processes takes a process that waits for it: it dies with this one,
// and takes all that is in the namespace with it.
const bound = ['setpriv', '--pdeathsig', 'KILL', '--no-new-privs']
const alone = ['--net', '--mount', '--pid', '--fork', '--kill-child=KILL']
const asUser = ['unshare', '--user', '--map-root-user']

const all: Isolation = { withoutNetwork: true, withoutNewPrivileges: true, withoutLibrary: true }
const visible: Isolation = { withoutNetwork: true, withoutNewPrivileges: true, withoutLibrary: false }

/** From the best to none. Containers and kernels differ in what they permit: the first that runs is taken. */
const candidates: ReadonlyArray<Sandbox> = [
  {
    prefix: [...bound, '--', 'unshare', ...alone, '--'],
    ownRoot: { drop: ['setpriv', ...ofRootFilesAlone, '--'] },
    isolation: all,
  },
  {
    prefix: [...bound, '--', ...asUser, ...alone, '--'],
    ownRoot: { drop: ['setpriv', ...noRights, '--'] },
    isolation: all,
  },
  {
    prefix: ['unshare', '--net', '--', ...bound, ...ofRootFilesAlone, '--'],
    ownRoot: null,
    isolation: visible,
  },
  {
    prefix: ['unshare', '--user', '--map-current-user', '--net', '--', ...bound, '--'],
    ownRoot: null,
    isolation: visible,
  },
  { prefix: [...bound, '--'], ownRoot: null, isolation: { ...visible, withoutNetwork: false } },
]

const none: Sandbox = {
  prefix: [],
  ownRoot: null,
  isolation: { withoutNetwork: false, withoutNewPrivileges: false, withoutLibrary: false },
}

const located = (words: ReadonlyArray<string>): ReadonlyArray<string> | null => {
  const found = words.map((word) => (word === 'unshare' || word === 'setpriv' ? findProgram(word) : word))
  return found.every((word) => word !== null) ? found : null
}

/** With the paths of its programs; `null` where one is missing. */
const onThisMachine = ({ prefix, ownRoot, isolation }: Sandbox): Sandbox | null => {
  const found = located(prefix)
  const drop = located(ownRoot?.drop ?? [])
  return found === null || drop === null
    ? null
    : { prefix: found, ownRoot: ownRoot === null ? null : { drop }, isolation }
}

const within = (
  { prefix, ownRoot }: Sandbox,
  { program, args }: SandboxCommand,
  files: SandboxFiles,
): SandboxCommand => {
  const command = ownRoot === null ? [program, ...args] : [...ownRoot.drop, program, ...args]
  const paths = command.filter(isProgram)
  const making = ownRoot === null ? [] : ['/bin/sh', '-c', withOwnRoot(files, paths), 'sandbox']
  const [first = program, ...rest] = [...prefix, ...making, ...command]
  return { program: first, args: rest }
}

/** Wrappers name their programs by path, each behind the other; files of theirs are told apart from programs. */
const isProgram = (word: string, at: number, words: ReadonlyArray<string>): boolean =>
  isAbsolute(word) && (at === 0 || words[at - 1] === '--')

type Outcome = 'runs' | 'is forbidden' | 'unknown'

/** As the C library says it of EPERM and EACCES, in the locale of the trial. */
const forbidden = /Operation not permitted|Permission denied/

const tryOnce = async (sandbox: Sandbox): Promise<Outcome> => {
  const trial = { program: process.execPath, args: ['--version'] }
  const { program, args } = within(sandbox, trial, { reads: [], writes: [] })
  try {
    await runProgram(program, args, { timeout: 10_000, env: { PATH: process.env.PATH, LC_ALL: 'C' } })
    return 'runs'
  } catch (cause) {
    return forbidden.test(String(cause)) ? 'is forbidden' : 'unknown'
  }
}

/** Milliseconds before each further trial: a machine that is short of memory or processes for a moment forbids nothing. */
const pauses = [100, 400]

const runs = async (sandbox: Sandbox): Promise<boolean> => {
  let outcome = await tryOnce(sandbox)
  for (const ms of pauses) {
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

/** A weaker one than the best is not believed for longer. */
const believedMs = 600_000

type Search = { readonly at: number; readonly sandbox: Promise<Sandbox> }
const searches = new Map<string | undefined, Search>()

/**
 * The best sandbox that this machine permits, found out by trial for each PATH. The best there is is found once; after
 * any other the machine is asked again in ten minutes.
 */
export const findSandbox = async (): Promise<Sandbox> => {
  const path = process.env.PATH
  const now = systemMonotonic()
  const last = searches.get(path)
  if (last !== undefined && (now - last.at < believedMs || isBest(await last.sandbox))) return last.sandbox
  const started = { at: now, sandbox: search() }
  searches.set(path, started)
  return started.sandbox
}

/** The command within the sandbox, and behind this process in the queue for the CPU. */
export const sandboxCommand = async (
  command: SandboxCommand,
  files: SandboxFiles,
): Promise<SandboxCommand> => {
  const { program, args } = within(await findSandbox(), command, files)
  const nice = findProgram('nice')
  return nice === null ? { program, args } : { program: nice, args: ['-n', '10', '--', program, ...args] }
}

export type ProcessEnd = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

const signals = new Map(
  Object.entries(constants.signals).map(([name, number]) => [number, name as NodeJS.Signals]),
)

/** How a sandboxed command ended: the shell around one tells a signal as 128 and its number. */
export const processEndOf = (code: number | null, signal: NodeJS.Signals | null): ProcessEnd => {
  const told = signals.get((code ?? 0) - 128)
  return told === undefined ? { code, signal } : { code: null, signal: told }
}
