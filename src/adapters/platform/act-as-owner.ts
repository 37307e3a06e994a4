import { accessSync, constants, type Stats, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../../domain/shared/user-error.ts'
import { isPermissionDenied } from './errno.ts'

/**
 * If the process runs as root, switches permanently to the owner of DATA_DIR, because the owner could not
 * access files that root creates there. Call it before anything is opened. Any other user must be able to
 * write to the folder. Otherwise, throws a UserError with the command that `commandAs` returns.
 */
export const actAsOwner = (dataDir: string, commandAs: (uid: number) => string): void => {
  const owner = ownerOf(dataDir)
  const uid = process.getuid?.()
  if (owner === null || uid === undefined || uid === owner.uid) return
  try {
    if (uid === 0) switchToUser(owner)
    else accessSync(dataDir, constants.W_OK | constants.X_OK)
  } catch (error) {
    if (!isPermissionDenied(error)) throw error
    throw new UserError(
      `DATA_DIR ${dataDir} belongs to uid ${owner.uid}, but this process has uid ${uid}: ` +
        `type ${commandAs(owner.uid)}`,
    )
  }
}

// `initgroups` has been in Node since 0.9, but is missing in its types.
declare global {
  namespace NodeJS {
    interface Process {
      initgroups?(user: string, extraGroup: number): void
    }
  }
}

type Owner = Pick<Stats, 'uid' | 'gid'>

/**
 * Returns the owner; `null` if there is no folder. A folder that belongs to root may be a mount, so the owner
 * of its contents is used then.
 */
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
 * Switches to a user as `sudo -H -u` does. A named user gets its groups from /etc/group; a uid without a name
 * gets only the group of the folder. Groups are changed first, because only root can change them.
 */
const switchToUser = ({ uid, gid }: Owner): void => {
  const account = accountOf(uid)
  const group = account?.gid ?? gid
  if (account === null) process.setgroups?.([group])
  else process.initgroups?.(account.username, group)
  process.setgid?.(group)
  process.setuid?.(uid)
  if (account !== null) process.env.HOME = account.homedir
}

/** Returns the user of a uid; `null` if it has no entry in /etc/passwd. */
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
