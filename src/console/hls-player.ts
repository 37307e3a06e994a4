import Hls, { type ErrorData } from 'hls.js'
import { createBackOff, createConnectionLossBackOff } from './back-off.ts'
import { playRemaining } from './play-remaining.ts'
import { expiredMessage, onLinkExpired, refusedMessage } from './share-link.ts'
import type { ViewContext } from './status-line.ts'
import { storePosition, takeStoredPosition } from './stored-position.ts'

/**
 * Initial bandwidth estimate in bits per second. A higher estimate would delay the first frame on a slow
 * connection.
 */
const initialBitsPerSecond = 500_000

/** A token that expires within this time (milliseconds) may expire during a request. */
const almostExpiredMs = 2000

/**
 * Plays with hls.js until the link expires. When the link expires, loading stops, the rest of the buffer is
 * played, and a message is shown. Other failures are retried a limited number of times, with increasing
 * delays.
 */
export const playByHls = (video: HTMLVideoElement, url: string, { uid, link, status }: ViewContext): void => {
  const hls = new Hls({
    abrEwmaDefaultEstimateMax: initialBitsPerSecond,
    startPosition: takeStoredPosition(uid) ?? -1,
  })
  const lossBackOff = createConnectionLossBackOff()
  const mediaErrorBackOff = createBackOff({ first: 0, max: 0, tries: 3 })
  let retry: ReturnType<typeof setTimeout> | null = null
  let hasEnded = false

  const load = () => {
    retry = null
    if (hls.levels.length === 0) hls.loadSource(url)
    else hls.startLoad()
  }
  const end = (message: string) => {
    if (hasEnded) return
    hasEnded = true
    if (retry !== null) clearTimeout(retry)
    hls.stopLoad()
    playRemaining(video, () => {
      storePosition(uid, video.currentTime)
      status.show(`${message}. With a new link, playback continues from here.`)
    })
  }
  const retryLater = () => {
    if (retry !== null) return
    const wait = lossBackOff.next()
    if (wait !== null) {
      status.show('The server cannot be reached. Trying again…')
      retry = setTimeout(load, wait)
      return
    }
    status.show('The server cannot be reached. Press play to try again.')
    video.pause()
    video.addEventListener('play', () => load(), { once: true })
    lossBackOff.reset()
  }
  const onError = (_: unknown, { fatal, type, details, response }: ErrorData) => {
    if (hasEnded) return
    const code = response?.code
    if (code === 401 || code === 403)
      end(link.millisecondsLeft() < almostExpiredMs ? expiredMessage : refusedMessage)
    else if (!fatal) return
    else if (type === Hls.ErrorTypes.NETWORK_ERROR) retryLater()
    else if (type === Hls.ErrorTypes.MEDIA_ERROR && mediaErrorBackOff.next() !== null) hls.recoverMediaError()
    else {
      hls.stopLoad()
      status.show(`This file cannot be played: ${details}`)
    }
  }

  hls.on(Hls.Events.ERROR, onError)
  hls.on(Hls.Events.FRAG_BUFFERED, () => {
    lossBackOff.reset()
    if (!hasEnded && retry === null) status.hide()
  })
  onLinkExpired(link, () => end(expiredMessage))
  hls.loadSource(url)
  hls.attachMedia(video)
}
