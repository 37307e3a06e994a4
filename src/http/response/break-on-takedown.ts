import type { ServerResponse } from 'node:http'
import type { BodyOfFile } from '../../domain/export/byte-source.ts'
import type { OpenStreams } from '../../domain/shared/open-streams.ts'

/**
 * Breaks the connection when the file is taken down while its body is sent. Returns `false` if that has happened
 * already, or if the client has disconnected, so that the body must not be opened.
 */
export const breakOnTakedown = (
  openStreams: OpenStreams,
  { file, since }: BodyOfFile,
  res: ServerResponse,
): boolean => {
  const close = openStreams.open(file, since, () => res.destroy())
  if (res.destroyed) {
    // 'close' may have been emitted before.
    close()
    return false
  }
  res.once('close', close)
  return true
}
