// Plyr's types export it in two ways at once, so TypeScript finds no export.
// @ts-expect-error
import Plyr from 'plyr'
import { playByHlsJs } from './hls-js.ts'
import type { Source } from './order.ts'

/**
 * Adds Plyr's controls to an element that hls.js feeds. Plyr's icons are off, because they would be loaded
 * from another host.
 */
export const playByPlyr = (video: HTMLVideoElement, source: Source): void => {
  new Plyr(video, { loadSprite: false, blankVideo: '', storage: { enabled: false } })
  playByHlsJs(video, source)
}
