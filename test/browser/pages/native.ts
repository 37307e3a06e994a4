import type { Source } from './order.ts'

/** Plays with the browser's own player, which cannot send a header. */
export const playNatively = (video: HTMLVideoElement, { url }: Source): void => {
  video.crossOrigin = 'anonymous'
  video.src = url
}
