import type { Larder } from '../composition/larder.ts'
import type { Config } from '../config/settings.ts'
import { E } from '../fp.ts'
import type { MediaKind } from '../ports/media-tokens.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Seconds that a printed link works: people may come back to the terminal tomorrow. */
const linkTtlSeconds = 86_400
const labels: Readonly<Record<MediaKind, string>> = { image: 'a picture', content: 'a film   ' }

/**
 * Prints where a file can be watched; gives whether there was anything to print: a picture without exports has no
 * token. The link opens the file to all who read it, so that it is printed to a terminal alone. What is not a terminal
 * may be a log that is kept and copied: it gets the command that makes a token.
 */
export const printWatchLink = async (
  { admins }: Pick<Larder, 'admins'>,
  { publicUrl }: Pick<Config, 'publicUrl'>,
  terminal: Terminal,
  kind: MediaKind,
  uid: string,
): Promise<boolean> => {
  const minted = await admins.mintMediaToken(uid, linkTtlSeconds)()
  if (E.isLeft(minted)) return false
  const page = `${publicUrl}/console/watch/${uid}`
  terminal.print(
    terminal.isInteractive
      ? `  ${labels[kind]}  ${page}?jwt=${minted.right.jwt}`
      : `  ${labels[kind]}  ${page}?jwt=… (a token: larder token ${uid})`,
  )
  return true
}
