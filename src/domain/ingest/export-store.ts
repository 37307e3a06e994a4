import { E, pipe, TE } from '../../fp.ts'
import type { NewUid } from '../../ports/new-uid.ts'
import type { ProgressiveFile, Rendition, TranscodeResult } from '../../ports/transcoder.ts'
import type { NewContentExport, NewContentPart } from '../media/content-export.ts'
import type { Unavailable } from '../shared/errors.ts'
import type { MediaPlan } from './plan/media-plan.ts'
import { recipeVersions } from './recipe-versions.ts'
import {
  encoderSettingsOf,
  renditionBitrates,
  renditionKeyframeBitrates,
  renditionSeconds,
  sharedTargetDuration,
} from './rendition-facts.ts'
import type { UploadSlice } from './uploads.ts'

/**
 * Returns the bit rates of an MP4. In a short MP4 the average, which includes the header, can exceed the sum
 * of the tracks' peaks, so the peak is at least the average.
 */
const progressiveBitrates = (
  bytes: number,
  seconds: number,
  tracks: ReadonlyArray<Rendition>,
  targetDuration: number,
): Pick<NewContentExport, 'bandwidth' | 'averageBandwidth'> => {
  const average = Math.ceil((bytes * 8) / seconds)
  const peaks = tracks.reduce((sum, track) => sum + renditionBitrates(track, targetDuration).peak, 0)
  return { bandwidth: Math.max(peaks, average), averageBandwidth: average }
}

/** Stores the output files of a transcoder, and returns their descriptions as exports. */
type ExportStore = (
  upload: UploadSlice,
  output: TranscodeResult,
  plan: MediaPlan,
) => TE.TaskEither<Unavailable, ReadonlyArray<NewContentExport>>

export const createExportStore = (newUid: NewUid): ExportStore => {
  const storeParts = (
    upload: UploadSlice,
    rendition: Rendition,
  ): TE.TaskEither<Unavailable, ReadonlyArray<NewContentPart>> => {
    const contentType = rendition.video === null ? 'audio/mp4' : 'video/mp4'
    const init = { slice: rendition.init, durationTicks: 0, keyframes: [] }
    return async () => {
      const parts: NewContentPart[] = []
      for (const [index, { slice, durationTicks, keyframes }] of [init, ...rendition.parts].entries()) {
        const file = await upload(slice, contentType)()
        if (E.isLeft(file)) return file
        parts.push({
          uid: newUid.contentPart(),
          role: index === 0 ? 'init' : 'media',
          position: Math.max(0, index - 1),
          contentType,
          durationTicks,
          timescale: rendition.timescale,
          keyframes,
          file: file.right,
        })
      }
      return E.right(parts)
    }
  }

  const storeRendition = (
    upload: UploadSlice,
    rendition: Rendition,
    { audioLanguage }: TranscodeResult,
    targetDuration: number,
    plan: MediaPlan,
  ): TE.TaskEither<Unavailable, NewContentExport> => {
    const { peak, average } = renditionBitrates(rendition, targetDuration)
    return pipe(
      storeParts(upload, rendition),
      TE.map((parts) => ({
        uid: newUid.contentExport(),
        format: 'm3u8',
        video: rendition.video,
        audio: rendition.audio,
        codecs: [rendition.codec],
        bandwidth: peak,
        averageBandwidth: average,
        iFrames: renditionKeyframeBitrates(rendition, targetDuration),
        fileSize: parts.reduce((sum, { file }) => sum + file.size, 0),
        durationSeconds: renditionSeconds(rendition),
        targetDuration,
        qualityParameters: encoderSettingsOf(rendition, plan),
        recipe: recipeVersions.content,
        language: rendition.audio === null ? null : audioLanguage,
        parts,
      })),
    )
  }

  const storeProgressive = (
    upload: UploadSlice,
    { renditions: names, file }: ProgressiveFile,
    { renditions, audioLanguage }: TranscodeResult,
    targetDuration: number,
    plan: MediaPlan,
  ): TE.TaskEither<Unavailable, NewContentExport> => {
    const tracks = renditions.filter(({ name }) => names.includes(name))
    const durationSeconds = Math.max(...tracks.map(renditionSeconds))
    const timescale = tracks[0]?.timescale ?? 1000
    const contentType = tracks.some(({ video }) => video !== null) ? 'video/mp4' : 'audio/mp4'
    return pipe(
      upload(file, contentType),
      TE.map((stored) => ({
        ...progressiveBitrates(stored.size, durationSeconds, tracks, targetDuration),
        uid: newUid.contentExport(),
        format: 'mp4',
        video: tracks.find(({ video }) => video !== null)?.video ?? null,
        audio: tracks.find(({ audio }) => audio !== null)?.audio ?? null,
        codecs: tracks.map(({ codec }) => codec),
        iFrames: null,
        fileSize: stored.size,
        durationSeconds,
        targetDuration: null,
        qualityParameters: Object.assign({}, ...tracks.map((track) => encoderSettingsOf(track, plan))),
        recipe: recipeVersions.content,
        language: tracks.some(({ audio }) => audio !== null) ? audioLanguage : null,
        parts: [
          {
            uid: newUid.contentPart(),
            role: 'media',
            position: 0,
            contentType,
            durationTicks: Math.round(durationSeconds * timescale),
            timescale,
            keyframes: [],
            file: stored,
          },
        ],
      })),
    )
  }

  return (upload, output, plan) => async () => {
    const targetDuration = sharedTargetDuration(output.renditions)
    const exports: NewContentExport[] = []
    const pending = [
      ...output.renditions.map((rendition) =>
        storeRendition(upload, rendition, output, targetDuration, plan),
      ),
      ...output.progressive.map((file) => storeProgressive(upload, file, output, targetDuration, plan)),
    ]
    for (const storeOne of pending) {
      const stored = await storeOne()
      if (E.isLeft(stored)) return stored
      exports.push(stored.right)
    }
    return E.right(exports)
  }
}
