import Hls from 'hls.js'
import { complain, type Source } from './order.ts'

export const playByHlsJs = (video: HTMLVideoElement, { url, jwt }: Source): void => {
  const hls = new Hls({
    xhrSetup: (xhr) => {
      if (jwt !== null) xhr.setRequestHeader('Authorization', `bearer ${jwt}`)
    },
  })
  hls.on(Hls.Events.ERROR, (_, { type, details, error }) => complain(`hls.js: ${type} ${details} ${error}`))
  hls.loadSource(url)
  hls.attachMedia(video)
}
