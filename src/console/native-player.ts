import { keepPosition, takePosition } from './kept-position.ts'
import { expiredWords } from './link.ts'
import type { View } from './status-line.ts'

/** Plays with the browser's native HLS, which sends its own requests and drops its buffer when refused. */
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
  video.addEventListener('error', () => {
    if (link.millisecondsLeft() > 0) {
      status.say(`This cannot be played: ${video.error?.message ?? 'unknown'}`)
      return
    }
    keepPosition(uid, seconds)
    status.say(`${expiredWords}. With a new one it goes on from here.`)
  })
  video.src = url
}
