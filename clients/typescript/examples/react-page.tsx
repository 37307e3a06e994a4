import Hls from 'hls.js'
import { createPlayerTokens, hlsJsConfig } from 'larder-client'
import { useEffect, useRef } from 'react'

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
