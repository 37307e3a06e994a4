import { expiredMessage, refusedMessage } from './share-link.ts'
import type { ViewContext } from './status-line.ts'
import { storePosition, takeStoredPosition } from './stored-position.ts'

/** Maximum time in milliseconds until a reply is complete. */
const timeoutMs = 10_000

const lostMessage = 'The server cannot be reached. Load this page again later'

/**
 * Returns why playback failed; `null` if the playlist is available. The browser does not report the reason,
 * so this function requests the playlist again.
 */
const failureMessage = async (url: string): Promise<string | null> => {
  const reply = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).catch(() => null)
  if (reply === null || reply.status >= 500) return lostMessage
  return reply.ok ? null : refusedMessage
}

/**
 * Plays with the browser's native HLS. The browser sends its own requests, and discards its buffer when a
 * request is refused.
 */
export const playNatively = (
  video: HTMLVideoElement,
  url: string,
  { uid, link, status }: ViewContext,
): void => {
  let seconds = takeStoredPosition(uid) ?? 0
  if (seconds > 0)
    video.addEventListener(
      'loadedmetadata',
      () => {
        video.currentTime = seconds
      },
      { once: true },
    )
  // A failure may set the current time to 0. The event occurs a few times a second, so it may not have occurred yet
  // when playback fails.
  const updatePosition = () => {
    if (video.currentTime > 0) seconds = video.currentTime
  }
  video.addEventListener('timeupdate', updatePosition)
  video.addEventListener('loadeddata', () => status.hide())
  const showError = async (): Promise<void> => {
    const message = link.millisecondsLeft() > 0 ? await failureMessage(url) : expiredMessage
    if (message === null) {
      status.show(`This file cannot be played: ${video.error?.message || 'unknown'}`)
      return
    }
    updatePosition()
    storePosition(uid, seconds)
    const hint = 'With a new link, playback continues from here.'
    status.show(message === lostMessage ? `${message}.` : `${message}. ${hint}`)
  }
  video.addEventListener('error', showError)
  video.src = url
}
