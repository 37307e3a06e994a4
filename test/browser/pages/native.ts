import type { Source } from './order.ts'

/** The browser by itself, which has no way to send a header. */
export const playNatively = (video: HTMLVideoElement, { url }: Source): void => {
  video.crossOrigin = 'anonymous'
  video.src = url
}
