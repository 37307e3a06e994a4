import Hls from 'hls.js'
import {
  createClient,
  createPlayerTokens,
  hlsJsConfig,
  LarderError,
  type RunningUpload,
  startUpload,
  waitForUpload,
  waitUntilReady,
} from 'larder-client'
import { useEffect, useRef, useState } from 'react'

type Change = { readonly target: HTMLInputElement }

const baseUrl = 'https://media.example.com'

/** Plays a film for as long as the page is open: the backend mints a token each time that one is about to end. */
export const Film = ({ uid }: { readonly uid: string }) => {
  const video = useRef<HTMLVideoElement>(null)
  useEffect(() => {
    const tokens = createPlayerTokens({
      baseUrl,
      getToken: async (signal) => (await fetch(`/media-token?uid=${uid}`, { signal })).text(),
    })
    const hls = new Hls(hlsJsConfig(tokens))
    hls.loadSource(`${baseUrl}/api/1/content_files/${uid}/mobile.m3u8`)
    if (video.current !== null) hls.attachMedia(video.current)
    return () => {
      hls.destroy()
      tokens.stop()
    }
  }, [uid])
  return <video ref={video} controls />
}

/** Uploads a file by a ticket of the backend, which was issued with `view: true`, and waits for its exports. */
export const UploadFilm = ({ onReady }: { readonly onReady: (uid: string) => void }) => {
  const running = useRef<RunningUpload>(null)
  const [part, setPart] = useState(0)
  const [isPaused, setPaused] = useState(false)
  const [fault, setFault] = useState('')

  const send = async (source: File) => {
    try {
      const ticket = await (await fetch('/ticket', { method: 'POST' })).text()
      const larder = createClient({ baseUrl, token: ticket })
      running.current = startUpload(larder, {
        source,
        onProgress: (sent, total) => setPart(total === null ? 0 : sent / total),
      })
      const upload = await running.current.received
      const { uid, kind, jwt } = await waitForUpload(larder, { upload, until: 'in_library' })
      if (uid === null || kind === null || jwt === undefined) return
      const viewer = larder.withToken(jwt)
      await waitUntilReady(viewer, { uid, kind, onState: ({ progress }) => setPart(progress ?? 0) })
      onReady(uid)
    } catch (error) {
      setFault(error instanceof LarderError ? error.message : 'The file could not be sent.')
    }
  }
  const toggle = () => {
    if (isPaused) running.current?.resume()
    else running.current?.pause()
    setPaused(!isPaused)
  }
  return (
    <>
      <input type="file" onChange={({ target }: Change) => target.files?.[0] && send(target.files[0])} />
      <progress value={part} />
      <button type="button" onClick={toggle}>
        {isPaused ? 'Resume' : 'Pause'}
      </button>
      <p>{fault}</p>
    </>
  )
}
