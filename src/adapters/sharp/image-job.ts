import * as t from 'io-ts'
import type { ImageFacts, ImageTarget } from '../../domain/ingest/plan/image-plan.ts'
import { LeftOut } from '../../domain/ingest/plan/left-out.ts'
import type { RenderedImage } from '../../ports/image-processor.ts'

// The messages between the server and the image child process.

const Target: t.Type<ImageTarget> = t.strict({
  format: t.keyof({ avif: null, webp: null, jpeg: null, png: null }),
  width: t.number,
})

const InspectJob = t.strict({ task: t.literal('inspect'), path: t.string, maxPixels: t.number })

const RenderJob = t.strict({
  task: t.literal('render'),
  path: t.string,
  maxPixels: t.number,
  targets: t.readonlyArray(Target),
  folder: t.string,
})

/** The message from the server. A child process gets exactly one. */
export const ImageJob = t.union([InspectJob, RenderJob])
export type ImageJob = t.TypeOf<typeof ImageJob>

/** The messages from the child: any number of `progress`, then one of the other kinds. */
export const ImageChildMessage = t.union([
  t.strict({ kind: t.literal('progress'), fraction: t.number }),
  t.strict({ kind: t.literal('done'), result: t.unknown }),
  t.strict({ kind: t.literal('refused'), message: t.string }),
  t.strict({
    kind: t.literal('failed'),
    dependency: t.string,
    cause: t.string,
    isInputSuspected: t.boolean,
  }),
])
export type ImageChildMessage = t.TypeOf<typeof ImageChildMessage>

/** The result of an `inspect` job. */
export const ImageFactsCodec: t.Type<ImageFacts> = t.strict({
  width: t.number,
  height: t.number,
  hasAlpha: t.boolean,
  isAnimated: t.boolean,
  pages: t.number,
  isHdr: t.boolean,
  leftOut: t.readonlyArray(LeftOut),
})

/** The result of a `render` job. */
export const RenderedImages: t.Type<ReadonlyArray<RenderedImage>> = t.readonlyArray(
  t.strict({
    path: t.string,
    format: t.string,
    width: t.number,
    height: t.number,
    size: t.number,
    thumbhash: t.string,
  }),
)
