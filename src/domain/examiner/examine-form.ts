import { type DeclaredVideo, examinePictures } from './examine-pictures.ts'
import { type DeclaredAudio, examineSound } from './examine-sound.ts'
import { isPictures } from './examine-time.ts'
import type { RenditionReading } from './readings.ts'
import { type Violation, violation } from './violation.ts'

/** What playlists declare about the video and audio of a rendition or of an MP4. */
export type DeclaredTracks = { readonly video: DeclaredVideo | null; readonly audio: DeclaredAudio | null }

/** Compares renditions of one export (video, audio or both) with what playlists declare about it. */
export const examineForm = (
  name: string,
  readings: ReadonlyArray<RenditionReading>,
  { video, audio }: DeclaredTracks,
): ReadonlyArray<Violation> => {
  const pictures = readings.find(isPictures)
  const sound = readings.find((reading) => reading.track.sound !== null)
  if ((pictures === undefined) !== (video === null) || (sound === undefined) !== (audio === null))
    return [violation('complete', `${name}: it is not what lists would say of it`)]
  return [
    ...(pictures?.track.pictures && video ? examinePictures(pictures, pictures.track.pictures, video) : []),
    ...(sound?.track.sound && audio ? examineSound(sound, sound.track.sound, audio) : []),
  ]
}
