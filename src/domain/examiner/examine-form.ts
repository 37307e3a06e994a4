import { examinePictures, type PicturesPromise } from './examine-pictures.ts'
import { examineSound, type SoundPromise } from './examine-sound.ts'
import { isPictures } from './examine-time.ts'
import type { RenditionReading } from './readings.ts'
import { type Violation, violation } from './violation.ts'

/** What is said of a rendition, or of a file that is made of pictures and sound. */
export type FormPromise = { readonly video: PicturesPromise | null; readonly audio: SoundPromise | null }

/** Whether these renditions are what is said of them together: pictures, sound, or both. */
export const examineForm = (
  name: string,
  readings: ReadonlyArray<RenditionReading>,
  { video, audio }: FormPromise,
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
