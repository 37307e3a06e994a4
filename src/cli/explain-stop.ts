import type { AddSource } from './add-sources.ts'

/** How far a source was sent, in bytes. `total` is `null` if it is not foreseen. */
export type SentBytes = { readonly sent: number; readonly total: number | null; readonly isReceived: boolean }

const howFar = ({ sent, total }: SentBytes): string =>
  total === null || total === 0 ? `after ${sent} bytes` : `at ${Math.floor((sent / total) * 100)} %`

/**
 * Returns what a stopped command has done of a source. `isRemembered`: the URL of the upload is stored, so that a later
 * process continues it.
 */
export const explainStop = (source: AddSource, progress: SentBytes, isRemembered: boolean): string => {
  if (progress.isReceived) return 'stopped: the server has all of it, and goes on by itself'
  if (source.kind === 'url')
    return 'stopped before the server was to fetch it: the same command begins it again'
  if (source.kind === 'input') return `stopped ${howFar(progress)}: standard input cannot be continued`
  const next = isRemembered ? 'continues it' : 'begins it again'
  return `stopped ${howFar(progress)}: the same command ${next}`
}
