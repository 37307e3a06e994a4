import { expiredMessage } from './link.ts'
import type { View } from './status-line.ts'
import { storePosition, takePosition } from './stored-position.ts'

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
      status.show(`This cannot be played: ${video.error?.message ?? 'unknown'}`)
      return
    }
    storePosition(uid, seconds)
    status.show(`${expiredMessage}. With a new link, playback continues from here.`)
  })
  video.src = url
}
