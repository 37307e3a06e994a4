import Hls from 'hls.js'
import { complain, type Source } from './order.ts'

export const playByHlsJs = (video: HTMLVideoElement, { url, jwt }: Source): void => {
  const hls = new Hls({
    xhrSetup: (xhr) => {
      if (jwt !== null) xhr.setRequestHeader('Authorization', `bearer ${jwt}`)
    },
  })
  hls.on(Hls.Events.ERROR, (_, { type, details, error }) => {
    // A buffer that runs dry at eight times the speed says how busy the machine is, and nothing of the lists.
    if (details !== Hls.ErrorDetails.BUFFER_STALLED_ERROR) complain(`hls.js: ${type} ${details} ${error}`)
  })
  hls.loadSource(url)
  hls.attachMedia(video)
}
