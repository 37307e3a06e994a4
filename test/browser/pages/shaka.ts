import shaka from 'shaka-player'
import { complain, type Source } from './order.ts'

/** Plays HLS or DASH, depending on the extension in the address. */
export const playByShaka = async (video: HTMLVideoElement, { url, jwt }: Source): Promise<void> => {
  const player = new shaka.Player()
  await player.attach(video)
  player.addEventListener('error', (event) => {
    const { code, data } = (event as Event & { readonly detail: shaka.util.Error }).detail
    complain(`Shaka: ${code} ${data.map(String).join(' ')}`)
  })
  player.getNetworkingEngine()?.registerRequestFilter((_, request) => {
    if (jwt !== null) request.headers.Authorization = `bearer ${jwt}`
  })
  await player.load(url)
}
