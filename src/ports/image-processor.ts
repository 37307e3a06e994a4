import type { ImageFacts, ImageTarget } from '../domain/ingest/plan/image-plan.ts'
import type { Refused, Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/** A finished export in a file of the scratch folder. */
export type RenderedImage = {
  readonly path: string
  readonly format: string
  /** Pixels of what was made. */
  readonly width: number
  readonly height: number
  /** Bytes. */
  readonly size: number
  /** base64url. */
  readonly thumbhash: string
}

/**
 * Makes exports of pictures. Upright, sRGB, without metadata. Time, memory and pixels are bounded: hostile input
 * is `Refused`, and takes nothing else down. An aborted signal ends the work: its processes are gone when the task ends
 * with `Unavailable`.
 */
export type ImageProcessor = {
  /** `Refused` for what is not a picture that can be decoded, and for one of too many pixels. */
  readonly inspect: (path: string, signal?: AbortSignal) => TE.TaskEither<Refused | Unavailable, ImageFacts>
  /** Makes all targets, each a new file in `folder`; tells the finished fraction in between. */
  readonly render: (
    path: string,
    targets: ReadonlyArray<ImageTarget>,
    folder: string,
    onProgress: (fraction: number) => void,
    signal?: AbortSignal,
  ) => TE.TaskEither<Refused | Unavailable, ReadonlyArray<RenderedImage>>
}
