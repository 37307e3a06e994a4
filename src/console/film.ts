import Hls from 'hls.js'
import type { View } from './status-line.ts'
import { whenMade } from './when-made.ts'

/** Bits a second that are assumed before any were measured. More makes a slow connection wait for its first picture. */
const mostAssumed = 500_000

/** Native HLS is for Safari: where there is Media Source Extensions, hls.js plays it more reliably. */
const play = (video: HTMLVideoElement, url: string, { status }: View): void => {
  if (!Hls.isSupported()) {
    video.src = url
    video.addEventListener('error', () =>
      status.say(`The player gives up: ${video.error?.message ?? 'unknown'}`),
    )
    return
  }
  const hls = new Hls({ abrEwmaDefaultEstimateMax: mostAssumed })
  hls.on(Hls.Events.ERROR, (_, { fatal, type, details }) => {
    if (!fatal) return
    if (type === Hls.ErrorTypes.NETWORK_ERROR) hls.startLoad()
    else if (type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError()
    status.say(`The player met ${details}`)
  })
  hls.on(Hls.Events.FRAG_BUFFERED, () => status.hide())
  hls.loadSource(url)
  hls.attachMedia(video)
}

/** Plays a film or sound as soon as its exports are made. */
export const showFilm = async (view: View): Promise<void> => {
  const { uid, jwt, main, status } = view
  const url = `/api/1/content_files/${uid}/mobile.m3u8?jwt=${jwt}`
  const master = await (await whenMade(url, view)).text()
  const video = document.createElement('video')
  video.controls = true
  video.playsInline = true
  video.classList.toggle('sound', !master.includes('RESOLUTION='))
  main.prepend(video)
  status.say('Loading…')
  play(video, url, view)
}
