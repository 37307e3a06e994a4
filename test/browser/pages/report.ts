import { complaints } from './order.ts'

/** The state of a video element. Only Chromium counts the bytes of the audio. */
export type Played = {
  readonly error: string | null
  readonly ended: boolean
  readonly seconds: number
  readonly duration: number
  readonly width: number
  readonly pictures: number
  readonly soundBytes: number
  /** The number of seconds of the film that were played. */
  readonly playedSeconds: number
  readonly complaints: ReadonlyArray<string>
}

const played = (video: HTMLVideoElement): Played => ({
  error: video.error === null ? null : video.error.message || `code ${video.error.code}`,
  ended: video.ended,
  seconds: video.currentTime,
  duration: video.duration,
  width: video.videoWidth,
  pictures: video.getVideoPlaybackQuality?.().totalVideoFrames ?? 0,
  soundBytes: Number((video as { webkitAudioDecodedByteCount?: number }).webkitAudioDecodedByteCount),
  playedSeconds: Array.from({ length: video.played.length }, (_, i) => i).reduce(
    (sum, i) => sum + video.played.end(i) - video.played.start(i),
    0,
  ),
  complaints,
})

/** Posts the state to the server of the page, at the end and at an error. This works in any browser. */
export const reportAs = (id: string, video: HTMLVideoElement): void => {
  const report = () => fetch(`/report/${id}`, { method: 'POST', body: JSON.stringify(played(video)) })
  // The delay lets the report include errors that occur just after the end.
  const later = () => setTimeout(() => report().catch(console.error), 200)
  for (const event of ['ended', 'error']) video.addEventListener(event, later, { once: true })
}
