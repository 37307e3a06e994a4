import type { ImageProcessor } from '../../ports/image-processor.ts'
import { ImageFactsCodec, RenderedImages } from './image-job.ts'
import { runImageChild } from './run-image-child.ts'

type Options = {
  /** A larger image fails with `Refused`. Also bounds memory: 8 bytes a pixel plus 512 MiB. */
  readonly maxPixels: number
  /** Time limit of one job: an `inspect`, or a `render` of all its targets. */
  readonly timeoutSeconds: number
}

/** ImageProcessor on sharp (libvips). Each job runs in its own child process, never in this one. */
export const createSharpImageProcessor = ({ maxPixels, timeoutSeconds }: Options): ImageProcessor => ({
  inspect: (path, signal) =>
    runImageChild({ task: 'inspect', path, maxPixels }, ImageFactsCodec, { timeoutSeconds, signal }),
  render: (path, targets, folder, onProgress, signal) =>
    runImageChild(
      { task: 'render', path, maxPixels, targets, folder },
      RenderedImages,
      { timeoutSeconds, signal },
      onProgress,
    ),
})
