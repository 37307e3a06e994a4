/**
 * Minimum number of buffered seconds that count as playable. Players leave less than that unplayed at the end
 * of a buffer, and it is too short to be worth playing.
 */
const minSeconds = 0.3

const hasMore = ({ buffered, currentTime, duration }: HTMLVideoElement): boolean => {
  if (duration - currentTime < minSeconds) return true
  for (let i = 0; i < buffered.length; i++)
    if (buffered.start(i) <= currentTime + minSeconds && buffered.end(i) > currentTime + minSeconds)
      return true
  return false
}

/** Plays the rest of the buffer. At its end, pauses and calls `callBack`, again after each seek. */
export const playRemaining = (video: HTMLVideoElement, callBack: () => void): void => {
  const stop = () => {
    video.pause()
    callBack()
  }
  const stopAtEnd = () => {
    if (!video.ended && !hasMore(video)) stop()
  }
  for (const event of ['waiting', 'seeking', 'play']) video.addEventListener(event, stopAtEnd)
  // A browser may stall shortly before the end of its buffer, without an event.
  let before = Number.NaN
  setInterval(() => {
    const { currentTime, paused, ended, seeking, readyState } = video
    const isWaiting = !paused && !ended && !seeking && readyState < HTMLMediaElement.HAVE_FUTURE_DATA
    if (isWaiting && currentTime === before) stop()
    before = currentTime
  }, 500)
  stopAtEnd()
}
