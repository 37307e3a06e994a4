import Hls from 'hls.js'
import { createClient, createPlayerTokens, hlsJsConfig, startUpload, waitForUpload } from '#larder-client'

declare global {
  interface Window {
    /** The test mints a token for the film. */
    mintForFilm: () => Promise<string>
    sendPicture: typeof sendPicture
    playFilm: typeof playFilm
  }
}

/** Uploads a picture with a ticket, shows it, and returns its width and how often progress was told. */
const sendPicture = async (baseUrl: string, ticket: string, base64: string) => {
  const holder = createClient({ baseUrl, token: ticket })
  const source = await (await fetch(`data:image/png;base64,${base64}`)).blob()
  let calls = 0
  const running = startUpload(holder, {
    source,
    fileName: 'mine.png',
    chunkBytes: 50_000,
    onProgress: () => {
      calls += 1
    },
  })
  const { uid, jwt } = await waitForUpload(holder, { upload: await running.received, until: 'ready' })
  const image = new Image()
  image.src = `${baseUrl}/api/1/image_files/${uid}/best?w=400&jwt=${jwt}`
  await image.decode()
  return { width: image.naturalWidth, calls }
}

/** Plays a film to its end with short tokens. Returns the errors of the player. */
const playFilm = async (baseUrl: string, uid: string) => {
  const errors: string[] = []
  const tokens = createPlayerTokens({
    baseUrl,
    getToken: () => window.mintForFilm(),
    onError: (error) => errors.push(String(error)),
  })
  const video = document.createElement('video')
  video.muted = true
  video.autoplay = true
  document.body.append(video)
  const hls = new Hls(hlsJsConfig(tokens))
  hls.on(Hls.Events.ERROR, (_, { fatal, details }) => {
    if (fatal) errors.push(details)
  })
  const ended = new Promise((resolve) => video.addEventListener('ended', resolve, { once: true }))
  hls.loadSource(`${baseUrl}/api/1/content_files/${uid}/mobile.m3u8`)
  hls.attachMedia(video)
  await ended
  tokens.stop()
  hls.destroy()
  return errors
}

Object.assign(window, { sendPicture, playFilm })
