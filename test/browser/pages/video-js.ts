import videojs from 'video.js'
import { complain, type Source } from './order.ts'

/** Plays HLS or DASH with the engine of Video.js. The element must be in the page. */
export const playByVideoJs = (video: HTMLVideoElement, { url, jwt }: Source): void => {
  const player = videojs(video, {
    controls: false,
    html5: { vhs: { overrideNative: true }, nativeAudioTracks: false, nativeVideoTracks: false },
  })
  player.on('error', () => complain(`video.js: ${player.error()?.message}`))
  player.on('xhr-hooks-ready', () => {
    const vhs = player.tech({ IWillNotUseThisInPlugins: true }) as unknown as {
      readonly vhs: { readonly xhr: { readonly onRequest: (hook: (options: Options) => Options) => void } }
    }
    vhs.vhs.xhr.onRequest((options) => {
      if (jwt !== null) options.headers = { ...options.headers, Authorization: `bearer ${jwt}` }
      return options
    })
  })
  const isDash = new URL(url).pathname.endsWith('.mpd')
  player.src({ src: url, type: isDash ? 'application/dash+xml' : 'application/x-mpegURL' })
}

type Options = { headers?: Readonly<Record<string, string>> }
