import type { ImageProcessor } from '../../ports/image-processor.ts'
import { ImageFactsCodec, RenderedImages } from './image-job.ts'
import { runImageChild } from './run-image-child.ts'

type Options = {
  /**
   * Maximum number of pixels. A larger image fails with `Refused`. It also limits memory: 512 MiB plus 8
   * bytes per pixel.
   */
  readonly maxPixels: number
  /** Time limit of one job: an `inspect`, or a `render` of all targets. */
  readonly timeoutSeconds: number
}

/**
 * Implements ImageProcessor with sharp (libvips). Each job runs in a separate child process, never in this
 * process.
 */
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
