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
  const look = () => {
    if (video.ended || hasMore(video)) return
    video.pause()
    callBack()
  }
  for (const event of ['waiting', 'seeking', 'play']) video.addEventListener(event, look)
  look()
}
