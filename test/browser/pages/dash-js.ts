import { MediaPlayer } from 'dashjs'
import { complain, type Source } from './order.ts'

export const playByDashJs = (video: HTMLVideoElement, { url, jwt }: Source): void => {
  const player = MediaPlayer().create()
  player.updateSettings({ debug: { logLevel: 1 } })
  player.on('error', (event) => complain(`dash.js: ${JSON.stringify(event)}`))
  player.initialize()
  player.addRequestInterceptor((request) => {
    if (jwt !== null) request.headers = { ...request.headers, Authorization: `bearer ${jwt}` }
    return Promise.resolve(request)
  })
  player.attachView(video)
  player.attachSource(url)
}
