import type { Larder } from '../composition/larder.ts'
import type { Config } from '../config/settings.ts'
import type { MediaKind } from '../domain/media/media-kind.ts'
import { E } from '../fp.ts'
import type { Terminal } from '../terminal/terminal.ts'

/**
 * Lifetime of a printed link in seconds. The link is valid for a day, because users may return to the
 * terminal on the next day.
 */
const linkTtlSeconds = 86_400
const labels: Readonly<Record<MediaKind, string>> = { image: 'a picture', content: 'a film   ' }

/**
 * Prints the link to the page of a file; nothing if no token can be minted now. With the link, anyone can open the
 * file, so it is printed only to a terminal. Any other output may be a log that is stored and copied; to such an
 * output, the command that mints a token is printed instead.
 */
export const printWatchLink = async (
  { admins }: Pick<Larder, 'admins'>,
  { publicUrl, tokenMaxTtlSeconds }: Pick<Config, 'publicUrl' | 'tokenMaxTtlSeconds'>,
  terminal: Terminal,
  kind: MediaKind,
  uid: string,
): Promise<void> => {
  const minted = await admins.mintMediaToken(uid, Math.min(linkTtlSeconds, tokenMaxTtlSeconds))()
  if (E.isLeft(minted)) return
  const page = `${publicUrl}/console/watch/${uid}`
  terminal.print(
    terminal.isInteractive
      ? `  ${labels[kind]}  ${page}?jwt=${minted.right.jwt}`
      : `  ${labels[kind]}  ${page}?jwt=… (a token: larder token ${uid})`,
  )
}
