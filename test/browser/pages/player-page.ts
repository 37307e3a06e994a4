import { playByHlsJs } from './hls-js.ts'
import { playNatively } from './native.ts'
import { complain, type Order, type Source } from './order.ts'
import { playByShaka } from './shaka.ts'

type Play = (video: HTMLVideoElement, source: Source) => void | Promise<void>

const players: Readonly<Record<Order['player'], Play>> = {
  'hls.js': playByHlsJs,
  Shaka: playByShaka,
  Chromium: playNatively,
}

const { player, ...source }: Order = JSON.parse(decodeURIComponent(location.hash.slice(1)))

const video = document.createElement('video')
// Loading sets the rate back to the default one.
video.defaultPlaybackRate = 8
video.autoplay = true
video.addEventListener('error', () => complain(`video: ${video.error?.message}`))
document.body.append(video)

await players[player](video, source)
