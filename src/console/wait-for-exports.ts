import { createBackOff, createConnectionLossBackOff } from './back-off.ts'
import { expiredMessage } from './share-link.ts'
import type { ViewContext } from './status-line.ts'

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** The state of the file (http-api.md §5.11). */
type MediaState = {
  /** Progress of the exports from 0 to 1; `null` if unknown. */
  readonly progress: number | null
  /** Why the file gets no exports; `null` if it may get some. */
  readonly reason: string | null
}

/** Maximum time in milliseconds until a reply is complete. */
const timeoutMs = 10_000

const stateOf = async ({ kind, uid, query }: ViewContext): Promise<MediaState> => {
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    const files = kind === 'image' ? 'image_files' : 'content_files'
    const reply = await fetch(`/api/1/${files}/${uid}/status${query}`, { signal })
    if (reply.ok) return await reply.json()
    // The link is valid, so the file was deleted.
    if (reply.status === 404) return { progress: null, reason: 'this file was deleted' }
  } catch {
    // A failure to get the state is ignored, because the next poll is soon.
  }
  return { progress: null, reason: null }
}

/**
 * Polls `url` until the playlist exists, and shows the progress of the exports meanwhile. If the file was
 * refused, throws an error with the reason. Polling may take hours. Polling ends when the link expires,
 * because the server replies 403 from then on.
 */
export const waitForExports = async (url: string, view: ViewContext): Promise<Response> => {
  const { link, status } = view
  const pollBackOff = createBackOff({ first: 1000, max: 4000, tries: Number.POSITIVE_INFINITY })
  const lossBackOff = createConnectionLossBackOff()
  for (;;) {
    const list = await fetch(url).catch(() => null)
    if (list !== null) link.syncClock(list)
    if (list?.ok) return list
    if (list?.status === 404) {
      lossBackOff.reset()
      const { progress, reason } = await stateOf(view)
      if (reason !== null) throw new Error(reason)
      const percent = progress === null ? '' : `: ${Math.floor(progress * 100)} %`
      status.showProgress(`The exports are being made${percent}`, progress)
      await pause(pollBackOff.next() ?? 0)
      continue
    }
    if (list !== null && list.status < 500)
      throw new Error(link.millisecondsLeft() <= 0 ? expiredMessage : 'this link does not open this file')
    const wait = lossBackOff.next()
    if (wait === null) throw new Error('the server cannot be reached')
    status.show('The server cannot be reached. Trying again…')
    await pause(wait)
  }
}
