import Hls from 'hls.js'
import { complain, type Source } from './order.ts'

export const playByHlsJs = (video: HTMLVideoElement, { url, jwt }: Source): void => {
  const hls = new Hls({
    xhrSetup: (xhr) => {
      if (jwt !== null) xhr.setRequestHeader('Authorization', `bearer ${jwt}`)
    },
  })
  hls.on(Hls.Events.ERROR, (_, { type, details, error }) => {
    // A stalled buffer at eight times the speed shows a busy machine, not a fault of the playlists.
    if (details !== Hls.ErrorDetails.BUFFER_STALLED_ERROR) complain(`hls.js: ${type} ${details} ${error}`)
  })
  hls.loadSource(url)
  hls.attachMedia(video)
}
