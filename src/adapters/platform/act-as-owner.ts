import { accessSync, constants, type Stats, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../../domain/shared/user-error.ts'
import { isDenied } from './errno.ts'

/**
 * Lets root act as the user to whom DATA_DIR belongs, for all that follows: what root opened or made there would be out
 * of that user's reach. Call it before anything is opened. Any other user must be able to write in the folder; throws a
 * UserError with the command to type, which `commandAs` gives, when this one is not.
 */
export const actAsOwner = (dataDir: string, commandAs: (uid: number) => string): void => {
  const owner = ownerOf(dataDir)
  const uid = process.getuid?.()
  if (owner === null || uid === undefined || uid === owner.uid) return
  try {
    if (uid === 0) become(owner)
    else accessSync(dataDir, constants.W_OK | constants.X_OK)
  } catch (error) {
    if (!isDenied(error)) throw error
    throw new UserError(
      `DATA_DIR ${dataDir} belongs to uid ${owner.uid}, and this is uid ${uid}: ` +
        `type ${commandAs(owner.uid)}`,
    )
  }
}

// Node has had it since 0.9; its types have not.
declare global {
  namespace NodeJS {
    interface Process {
      initgroups?(user: string, extraGroup: number): void
    }
  }
}

type Owner = Pick<Stats, 'uid' | 'gid'>

/** `null` where there is no folder yet. One that root has mounted for another user belongs to the user of what is in it. */
const ownerOf = (dataDir: string): Owner | null => {
  const folder = statOf(dataDir)
  if (folder === null || folder.uid !== 0) return folder
  const inside = ['postgres', 'keys', 'objects'].map((name) => statOf(join(dataDir, name)))
  return inside.find((found) => found !== null && found.uid !== 0) ?? folder
}

const statOf = (path: string): Owner | null => {
  try {
    return statSync(path)
  } catch {
    return null
  }
}

/**
 * As `sudo -H -u` does: with the groups that /etc/group has for the user, or the folder's alone for a uid without a name.
 * The order matters: a user who is not root cannot change groups.
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
