import { complain, type Order, type Source } from './order.ts'
import { reportAs } from './report.ts'

type Play = (video: HTMLVideoElement, source: Source) => void | Promise<void>

/** Each player is loaded only when needed, because together they have megabytes. */
const players: Readonly<Record<Order['player'], () => Promise<Play>>> = {
  'hls.js': async () => (await import('./hls-js.ts')).playByHlsJs,
  Shaka: async () => (await import('./shaka.ts')).playByShaka,
  'dash.js': async () => (await import('./dash-js.ts')).playByDashJs,
  'video.js': async () => (await import('./video-js.ts')).playByVideoJs,
  plyr: async () => (await import('./plyr.ts')).playByPlyr,
  'the browser': async () => (await import('./native.ts')).playNatively,
}

const { player, rate, muted, id, ...source }: Order = JSON.parse(decodeURIComponent(location.hash.slice(1)))

const video = document.createElement('video')
// The default rate is set, too: loading resets the rate to it, and some players set the rate to 1 when they
// begin.
video.defaultPlaybackRate = rate
video.addEventListener('playing', () => {
  video.playbackRate = rate
})
video.muted = muted
video.autoplay = true
video.addEventListener('error', () => complain(`video: ${video.error?.message}`))
document.body.append(video)
reportAs(id, video)

const play = await players[player]()
await play(video, source)
