import type { ImageProcessor } from '../../ports/image-processor.ts'
import { ImageChildFacts, RenderedImages } from './image-job.ts'
import { runImageChild } from './run-image-child.ts'

type Options = {
  /** A picture of more is `Refused`. Memory is bounded by it too: 8 bytes a pixel and 512 MiB. */
  readonly maxPixels: number
  /** For one job: an `inspect`, or a `render` of all its targets. */
  readonly timeoutSeconds: number
}

/** ImageProcessor by sharp (libvips), which runs in one process a job and never in this one. */
export const createSharpImageProcessor = ({ maxPixels, timeoutSeconds }: Options): ImageProcessor => ({
  inspect: (path, signal) =>
    runImageChild({ task: 'inspect', path, maxPixels }, ImageChildFacts, { timeoutSeconds, signal }),
  render: (path, targets, folder, onProgress, signal) =>
    runImageChild(
      { task: 'render', path, maxPixels, targets, folder },
      RenderedImages,
      { timeoutSeconds, signal },
      onProgress,
    ),
})
