/**
 * Players may stop up to this long (seconds) before the end of a buffer. A shorter remainder counts as
 * played.
 */
const minSeconds = 0.3

const hasMore = ({ buffered, currentTime, duration }: HTMLVideoElement): boolean => {
  if (duration - currentTime < minSeconds) return true
  for (let i = 0; i < buffered.length; i++)
    if (buffered.start(i) <= currentTime + minSeconds && buffered.end(i) > currentTime + minSeconds)
      return true
  return false
}

/**
 * Plays the rest of the buffer. At the end of the buffer, pauses and calls `callBack`. Does the same again
 * after each seek.
 */
export const playRemaining = (video: HTMLVideoElement, callBack: () => void): void => {
  const stop = () => {
    video.pause()
    callBack()
  }
  const stopAtEnd = () => {
    if (!video.ended && !hasMore(video)) stop()
  }
  for (const event of ['waiting', 'seeking', 'play']) video.addEventListener(event, stopAtEnd)
  // A browser may stop playing shortly before the end of its buffer without an event, so the position is
  // checked periodically.
  let before = Number.NaN
  setInterval(() => {
    const { currentTime, paused, ended, seeking, readyState } = video
    const isWaiting = !paused && !ended && !seeking && readyState < HTMLMediaElement.HAVE_FUTURE_DATA
    if (isWaiting && currentTime === before) stop()
    before = currentTime
  }, 500)
  stopAtEnd()
}
