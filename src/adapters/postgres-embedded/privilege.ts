import { userInfo } from 'node:os'
import { runProgram } from '../platform/run-program.ts'

/** How to run PostgreSQL without root's rights, because it refuses to run as root. */
export type Privilege = {
  /** Prefix of each command. */
  readonly wrap: ReadonlyArray<string>
  /** Uid of the owner of PostgreSQL's files, as this process sees it. */
  readonly uid: number
}

export const unprivilegedUid = 65_534
const inUserNamespace = [
  'unshare',
  '--user',
  `--map-user=${unprivilegedUid}`,
  `--map-group=${unprivilegedUid}`,
  '--',
]
const switchUser = [
  'setpriv',
  `--reuid=${unprivilegedUid}`,
  `--regid=${unprivilegedUid}`,
  '--clear-groups',
  '--',
]

/**
 * Finds out how to run PostgreSQL. It runs as this user, unless that is root or has no name. Then a user
 * namespace maps the user to `nobody`. The files still belong to the real user, so this works below /root,
 * too. If a container forbids namespaces, root switches to the Unix user `nobody`, which then also owns the
 * database (supervisor.ts).
 */
export const findPrivilege = async (executable: string): Promise<Privilege> => {
  const uid = process.getuid?.() ?? unprivilegedUid
  if (uid !== 0 && hasName()) return { wrap: [], uid }
  if (await canExecute(executable, inUserNamespace)) return { wrap: inUserNamespace, uid }
  if (await canExecute(executable, switchUser)) return { wrap: switchUser, uid: unprivilegedUid }
  throw new Error(
    uid === 0
      ? `PostgreSQL does not run as root, and ${executable} runs neither in a user namespace nor as uid ${unprivilegedUid}: ` +
          'start as another user or set DATABASE_URL'
      : `PostgreSQL needs a name for uid ${uid}, and no user namespace can be created: ` +
          'add a line for it to /etc/passwd, start as another user, or set DATABASE_URL',
  )
}

/**
 * Returns whether this user has an entry in /etc/passwd. initdb needs it, and the user of a container may
 * have none.
 */
const hasName = (): boolean => {
  try {
    return userInfo().username !== ''
  } catch {
    return false
  }
}

const canExecute = async (
  executable: string,
  [program = '', ...wrap]: Privilege['wrap'],
): Promise<boolean> => {
  try {
    await runProgram(program, [...wrap, 'test', '-x', executable], { cwd: '/' })
    return true
  } catch {
    return false
  }
}
