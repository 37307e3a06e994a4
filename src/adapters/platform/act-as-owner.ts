import { accessSync, constants, type Stats, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../../domain/shared/user-error.ts'
import { isPermissionDenied } from './errno.ts'

/**
 * If run as root, switches to the owner of DATA_DIR for the rest of the process: the owner could not access
 * files that root creates there. Call it before anything is opened. Any other user must be able to write to
 * the folder; otherwise throws a UserError with the command from `commandAs`.
 */
export const actAsOwner = (dataDir: string, commandAs: (uid: number) => string): void => {
  const owner = ownerOf(dataDir)
  const uid = process.getuid?.()
  if (owner === null || uid === undefined || uid === owner.uid) return
  try {
    if (uid === 0) become(owner)
    else accessSync(dataDir, constants.W_OK | constants.X_OK)
  } catch (error) {
    if (!isPermissionDenied(error)) throw error
    throw new UserError(
      `DATA_DIR ${dataDir} belongs to uid ${owner.uid}, and this is uid ${uid}: ` +
        `type ${commandAs(owner.uid)}`,
    )
  }
}

// In Node since 0.9, but not in its types.
declare global {
  namespace NodeJS {
    interface Process {
      initgroups?(user: string, extraGroup: number): void
    }
  }
}

type Owner = Pick<Stats, 'uid' | 'gid'>

/** `null` if there is no folder. If root mounted it for another user, the owner of its contents counts. */
const ownerOf = (dataDir: string): Owner | null => {
  const folder = statOf(dataDir)
  if (folder === null || folder.uid !== 0) return folder
  const contents = ['postgres', 'keys', 'objects'].map((name) => statOf(join(dataDir, name)))
  return contents.find((found) => found !== null && found.uid !== 0) ?? folder
}

const statOf = (path: string): Owner | null => {
  try {
    return statSync(path)
  } catch {
    return null
  }
}

/**
 * Switches like `sudo -H -u`: with the user's groups in /etc/group, or only the folder's for a uid without a
 * name. The order matters: only root can change groups.
 */
const become = ({ uid, gid }: Owner): void => {
  const account = accountOf(uid)
  const group = account?.gid ?? gid
  if (account === null) process.setgroups?.([group])
  else process.initgroups?.(account.username, group)
  process.setgid?.(group)
  process.setuid?.(uid)
  if (account !== null) process.env.HOME = account.homedir
}

/** `null` for a uid without an entry in /etc/passwd. */
const accountOf = (uid: number) => {
  process.seteuid?.(uid)
  try {
    return userInfo()
  } catch {
    return null
  } finally {
    process.seteuid?.(0)
  }
}
