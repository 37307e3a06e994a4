import type { ImageFacts, ImageTarget } from '../domain/ingest/plan/image-plan.ts'
import type { Refused, Unavailable } from '../domain/shared/errors.ts'
import type { TE } from '../fp.ts'

/** A rendered export, as a file in the scratch folder. */
export type RenderedImage = {
  readonly path: string
  readonly format: string
  /** Pixels of the export. */
  readonly width: number
  readonly height: number
  /** Bytes. */
  readonly size: number
  /** base64url. */
  readonly thumbhash: string
}

/**
 * Renders image exports: upright, sRGB, without metadata. Separate processes, with bounded time, memory and
 * pixels, read even the headers, so hostile input fails with `Refused` and harms nothing else. If the signal
 * is aborted, the task ends its processes, and then fails with `Unavailable`.
 */
export type ImageProcessor = {
  /** Fails with `Refused` for a file that cannot be decoded as an image, or has too many pixels. */
  readonly inspect: (path: string, signal?: AbortSignal) => TE.TaskEither<Refused | Unavailable, ImageFacts>
  /** Renders each target into a new file in `folder`. `onProgress` gets the finished fraction (0 to 1). */
  readonly render: (
    path: string,
    targets: ReadonlyArray<ImageTarget>,
    folder: string,
    onProgress: (fraction: number) => void,
    signal?: AbortSignal,
  ) => TE.TaskEither<Refused | Unavailable, ReadonlyArray<RenderedImage>>
}
