import { type DeclaredAudio, examineAudio } from './examine-audio.ts'
import { isVideoRendition } from './examine-lengths.ts'
import { type DeclaredVideo, examineVideo } from './examine-video.ts'
import type { ParsedRendition } from './parsed-media.ts'
import { type Violation, violation } from './violation.ts'

/** The facts that playlists declare about the video and audio of a rendition or of an MP4. */
export type DeclaredTracks = { readonly video: DeclaredVideo | null; readonly audio: DeclaredAudio | null }

/**
 * Compares the renditions of one export (video, audio or both) with the facts that playlists declare about
 * it.
 */
export const examineDeclaredTracks = (
  name: string,
  parsedRenditions: ReadonlyArray<ParsedRendition>,
  { video, audio }: DeclaredTracks,
): ReadonlyArray<Violation> => {
  const videoRendition = parsedRenditions.find(isVideoRendition)
  const audioRendition = parsedRenditions.find((rendition) => rendition.track.audio !== null)
  if (
    (videoRendition === undefined) !== (video === null) ||
    (audioRendition === undefined) !== (audio === null)
  )
    return [violation('complete', `${name}: it differs from what playlists would say about it`)]
  return [
    ...(videoRendition?.track.video && video
      ? examineVideo(videoRendition, videoRendition.track.video, video)
      : []),
    ...(audioRendition?.track.audio && audio
      ? examineAudio(audioRendition, audioRendition.track.audio, audio)
      : []),
  ]
}
