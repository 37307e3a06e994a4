import { userInfo } from 'node:os'
import { runProgram } from '../platform/run-program.ts'

/** How to run PostgreSQL, which refuses to be root. */
export type Privilege = {
  /** Goes in front of each of its commands. */
  readonly wrap: ReadonlyArray<string>
  /** To whom its files belong, as seen from here. */
  readonly uid: number
}

export const unprivilegedUid = 65_534
const asNobody = [
  'unshare',
  '--user',
  `--map-user=${unprivilegedUid}`,
  `--map-group=${unprivilegedUid}`,
  '--',
]
const becomeNobody = [
  'setpriv',
  `--reuid=${unprivilegedUid}`,
  `--regid=${unprivilegedUid}`,
  '--clear-groups',
  '--',
]

/**
 * As this user, unless this is root or has no name. Else in a user namespace, where root is called nobody: its files
 * stay root's, so it works below /root. Where a container forbids namespaces root really becomes nobody, and the
 * database belongs to nobody, too (warden.ts).
 */
export const findPrivilege = async (executable: string): Promise<Privilege> => {
  const uid = process.getuid?.() ?? unprivilegedUid
  if (uid !== 0 && hasName()) return { wrap: [], uid }
  if (await runs([...asNobody, executable])) return { wrap: asNobody, uid }
  if (await runs([...becomeNobody, executable])) return { wrap: becomeNobody, uid: unprivilegedUid }
  throw new Error(
    uid === 0
      ? `PostgreSQL does not run as root, and ${executable} runs neither in a user namespace nor as uid ${unprivilegedUid}: ` +
          'start as another user or set DATABASE_URL'
      : `PostgreSQL needs a name for uid ${uid}, and no user namespace is to be had: ` +
          'add a line for it to /etc/passwd, start as another user, or set DATABASE_URL',
  )
}

/** initdb wants an entry in /etc/passwd, which a container with a number for a user does not have. */
const hasName = (): boolean => {
  try {
    return userInfo().username !== ''
  } catch {
    return false
  }
}

const runs = async ([command = '', ...rest]: ReadonlyArray<string>): Promise<boolean> => {
  try {
    await runProgram(command, [...rest, '--version'], { cwd: '/' })
    return true
  } catch {
    return false
  }
}
