import { keepPosition, takePosition } from './kept-position.ts'
import { expiredWords, refusedWords } from './link.ts'
import type { View } from './status-line.ts'

/** For an answer that says only whether the list is still there. */
const mostMs = 10_000

const lostWords = 'The server cannot be reached. Load this page again later'

/** The browser reports that a list or segment did not come, and never why. Asks once for the list, whose answer does. */
const lossWords = async (url: string): Promise<string | null> => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(mostMs) }).catch(() => null)
  if (answer === null || answer.status >= 500) return lostWords
  return answer.ok ? null : refusedWords
}

/** Plays by the browser's own HLS, which makes its own requests and drops its buffer when one is refused. */
export const playNatively = (video: HTMLVideoElement, url: string, { uid, link, status }: View): void => {
  let seconds = takePosition(uid) ?? 0
  if (seconds > 0)
    video.addEventListener(
      'loadedmetadata',
      () => {
        video.currentTime = seconds
      },
      { once: true },
    )
  video.addEventListener('timeupdate', () => {
    seconds = video.currentTime
  })
  video.addEventListener('loadeddata', () => status.hide())
  const explain = async (): Promise<void> => {
    const words = link.millisecondsLeft() > 0 ? await lossWords(url) : expiredWords
    if (words === null) {
      status.say(`This cannot be played: ${video.error?.message || 'unknown'}`)
      return
    }
    keepPosition(uid, seconds)
    status.say(words === lostWords ? `${words}.` : `${words}. With a new one it goes on from here.`)
  }
  video.addEventListener('error', explain)
  video.src = url
}
