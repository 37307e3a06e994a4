import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Isolation } from '../../ports/transcoder.ts'
import { findProgram } from './find-program.ts'

/** What stands before a command to run it apart from this machine. */
export type Sandbox = { readonly prefix: ReadonlyArray<string>; readonly isolation: Isolation }

/** Reads and writes files as root does, and has no other right of root's: it cannot join another network, either. */
const ofRootFilesAlone = [
  '--inh-caps=-all',
  '--bounding-set=-all,+dac_override,+dac_read_search,+fowner',
] as const

// `unshare` makes a network without a way out; `setpriv` forbids new rights (no_new_privs), and has the kernel kill
// the command when this process dies. Each replaces itself by the next, so that all are one process. `unshare` comes
// first: it needs the rights that `setpriv` takes away.
const apart = ['unshare', '--net', '--'] as const
const apartAsUser = ['unshare', '--user', '--map-current-user', '--net', '--'] as const
const bound = ['setpriv', '--pdeathsig', 'KILL', '--no-new-privs'] as const

/** From the best to none. Containers and kernels differ in what they permit: the first that runs is taken. */
const candidates: ReadonlyArray<readonly [Isolation, ReadonlyArray<string>]> = [
  [{ withoutNetwork: true, withoutNewPrivileges: true }, [...apart, ...bound, ...ofRootFilesAlone, '--']],
  [{ withoutNetwork: true, withoutNewPrivileges: true }, [...apartAsUser, ...bound, '--']],
  [{ withoutNetwork: false, withoutNewPrivileges: true }, [...bound, '--']],
]

const none: Sandbox = { prefix: [], isolation: { withoutNetwork: false, withoutNewPrivileges: false } }

/** With the paths of its programs; `null` where one is missing. */
const located = (words: ReadonlyArray<string>): ReadonlyArray<string> | null => {
  const found = words.map((word) => (word === 'unshare' || word === 'setpriv' ? findProgram(word) : word))
  return found.every((word) => word !== null) ? found : null
}

const runs = async ([program = '', ...args]: ReadonlyArray<string>): Promise<boolean> => {
  try {
    await promisify(execFile)(program, [...args, process.execPath, '--version'], { timeout: 10_000 })
    return true
  } catch {
    return false
  }
}

const search = async (): Promise<Sandbox> => {
  for (const [isolation, words] of candidates) {
    const prefix = located(words)
    if (prefix !== null && (await runs(prefix))) return { prefix, isolation }
  }
  return none
}

const found = new Map<string | undefined, Promise<Sandbox>>()

/** The best sandbox that this machine permits: found out once for each PATH, by trial. */
export const findSandbox = (): Promise<Sandbox> => {
  const path = process.env.PATH
  const known = found.get(path) ?? search()
  found.set(path, known)
  return known
}

export type Command = { readonly program: string; readonly args: ReadonlyArray<string> }

/** The command within the sandbox. */
export const sandboxed = async ({ program, args }: Command): Promise<Command> => {
  const { prefix } = await findSandbox()
  const [first = program, ...rest] = [...prefix, program, ...args]
  return { program: first, args: rest }
}
