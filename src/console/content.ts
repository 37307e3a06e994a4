import Hls from 'hls.js'
import { playByHls } from './hls-player.ts'
import { playNatively } from './native-player.ts'
import type { ViewContext } from './status-line.ts'
import { waitForExports } from './wait-for-exports.ts'

/** Plays video or audio as soon as its exports exist. */
export const showContent = async (view: ViewContext): Promise<void> => {
  const { uid, query, main, status } = view
  const url = `/api/1/content_files/${uid}/mobile.m3u8${query}`
  const master = await (await waitForExports(url, view)).text()
  const video = document.createElement('video')
  video.controls = true
  video.playsInline = true
  video.classList.toggle('sound', !master.includes('RESOLUTION='))
  main.prepend(video)
  status.show('Loading…')
  // In browsers with Media Source Extensions, hls.js is more reliable than the browser's native HLS. Safari
  // on iPhones has only native HLS.
  const play = Hls.isSupported() ? playByHls : playNatively
  play(video, url, view)
}
