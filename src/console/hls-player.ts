import Hls, { type ErrorData } from 'hls.js'
import { createBackOff, createLossBackOff } from './back-off.ts'
import { keepPosition, takePosition } from './kept-position.ts'
import { expiredWords, refusedWords, whenEnded } from './link.ts'
import { playOut } from './play-out.ts'
import type { View } from './status-line.ts'

/** Bits a second that are assumed before any were measured. More makes a slow connection wait for its first picture. */
const mostAssumed = 500_000

/** A token that ends while a request is under way. */
const almostEnded = 2000

/**
 * Plays by hls.js until the link ends; then it asks no more, plays out what it has, and says so. Other failures are
 * tried again, each time later, and not for ever.
 */
export const playByHls = (video: HTMLVideoElement, url: string, { uid, link, status }: View): void => {
  const hls = new Hls({ abrEwmaDefaultEstimateMax: mostAssumed, startPosition: takePosition(uid) ?? -1 })
  const losses = createLossBackOff()
  const damages = createBackOff({ first: 0, most: 0, tries: 3 })
  let retry: ReturnType<typeof setTimeout> | null = null
  let isOver = false

  const load = () => {
    retry = null
    if (hls.levels.length === 0) hls.loadSource(url)
    else hls.startLoad()
  }
  const end = (words: string) => {
    if (isOver) return
    isOver = true
    if (retry !== null) clearTimeout(retry)
    hls.stopLoad()
    playOut(video, () => {
      keepPosition(uid, video.currentTime)
      status.say(`${words}. With a new one it goes on from here.`)
    })
  }
  const tryAgainLater = () => {
    if (retry !== null) return
    const wait = losses.next()
    if (wait !== null) {
      status.say('The server cannot be reached. Trying again…')
      retry = setTimeout(load, wait)
      return
    }
    status.say('The server cannot be reached. Press play to try again.')
    video.pause()
    video.addEventListener('play', () => load(), { once: true })
    losses.reset()
  }
  const onError = (_: unknown, { fatal, type, details, response }: ErrorData) => {
    if (isOver) return
    const code = response?.code
    if (code === 401 || code === 403) end(link.millisecondsLeft() < almostEnded ? expiredWords : refusedWords)
    else if (!fatal) return
    else if (type === Hls.ErrorTypes.NETWORK_ERROR) tryAgainLater()
    else if (type === Hls.ErrorTypes.MEDIA_ERROR && damages.next() !== null) hls.recoverMediaError()
    else {
      hls.stopLoad()
      status.say(`This cannot be played: ${details}`)
    }
  }

  hls.on(Hls.Events.ERROR, onError)
  hls.on(Hls.Events.FRAG_BUFFERED, () => {
    losses.reset()
    if (!isOver && retry === null) status.hide()
  })
  whenEnded(link, () => end(expiredWords))
  hls.loadSource(url)
  hls.attachMedia(video)
}
