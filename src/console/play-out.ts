/** Far less than anything that is worth playing, more than what players leave of a buffer. */
const leastSeconds = 0.3

const hasMore = ({ buffered, currentTime, duration }: HTMLVideoElement): boolean => {
  if (duration - currentTime < leastSeconds) return true
  for (let i = 0; i < buffered.length; i++)
    if (buffered.start(i) <= currentTime + leastSeconds && buffered.end(i) > currentTime + leastSeconds)
      return true
  return false
}

/** Lets the video go on with what it has; pauses it where that ends, and calls back each time. */
export const playOut = (video: HTMLVideoElement, callBack: () => void): void => {
  const stop = () => {
    video.pause()
    callBack()
  }
  const look = () => {
    if (!video.ended && !hasMore(video)) stop()
  }
  for (const event of ['waiting', 'seeking', 'play']) video.addEventListener(event, look)
  // A browser may wait a little before the end of its buffer, and no event tells of what follows.
  let before = Number.NaN
  setInterval(() => {
    const { currentTime, paused, ended, seeking, readyState } = video
    const isWaiting = !paused && !ended && !seeking && readyState < HTMLMediaElement.HAVE_FUTURE_DATA
    if (isWaiting && currentTime === before) stop()
    before = currentTime
  }, 500)
  look()
}
