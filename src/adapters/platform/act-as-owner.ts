import { accessSync, constants, type Stats, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { isDenied } from './errno.ts'
import { UserError } from './user-error.ts'

/**
 * Lets root act as the user to whom DATA_DIR belongs, for all that follows: what root opened or made there would be out
 * of that user's reach. Call it before anything is opened. Any other user must be able to write in the folder; throws a
 * UserError with the command to type when this one is not.
 */
export const actAsOwner = (dataDir: string, command: string): void => {
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
        `type sudo -u '#${owner.uid}' env DATA_DIR=${quoted(dataDir)} larder ${command}`,
    )
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

/** As `sudo -H -u` does. The order matters: a user who is not root cannot change groups. */
const become = ({ uid, gid }: Owner): void => {
  const account = accountOf(uid)
  const group = account?.gid ?? gid
  process.setgroups?.([group])
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

/** For a shell. */
const quoted = (word: string): string =>
  /^[\w./:=@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
