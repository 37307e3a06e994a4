import { availableParallelism } from 'node:os'
import sharp from 'sharp'
import type { Refused, Unavailable } from '../../domain/shared/errors.ts'
import { E, type TE } from '../../fp.ts'
import { receiveRequestFromParent, replyToParent } from '../platform/answer-parent.ts'
import { type ImageChildMessage, ImageJob } from './image-job.ts'
import { inspectImage } from './inspect-image.ts'
import { withOpenImage } from './open-image.ts'
import { renderImage } from './render-image.ts'

// The child process that run-image-child.ts starts. If hostile bytes crash native code, only this process
// ends.

sharp.cache(false)
sharp.concurrency(Math.min(4, availableParallelism()))
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: [
    ...['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'].map((format) => `VipsForeignLoad${format}File`),
    // The loaders for bytes in memory: files that were repaired in memory, and TIFF without its extra
    // channels.
    'VipsForeignLoadTiffBuffer',
    'VipsForeignLoadJpegBuffer',
    'VipsForeignLoadHeifBuffer',
  ],
})

const report = (message: ImageChildMessage): void => replyToParent(message)

/**
 * Returns the memory limit in bytes. Progressive and interlaced files are decoded completely, at 8 bytes per
 * pixel. The other 512 MiB are enough to decode a thousand photos.
 */
const memoryLimit = (maxPixels: number): number => 512 * 1024 ** 2 + 8 * maxPixels

const watchMemory = (maxPixels: number): void => {
  const limit = memoryLimit(maxPixels)
  setInterval(() => {
    if (process.memoryUsage.rss() > limit)
      report({ kind: 'refused', message: 'the picture needs too much memory: save it smaller' })
  }, 50)
}

const runJob = (job: ImageJob): TE.TaskEither<Refused | Unavailable, unknown> =>
  withOpenImage<unknown>(job.path, job.maxPixels, (image) =>
    job.task === 'inspect'
      ? inspectImage(image)
      : renderImage(image, job.targets, job.folder, (fraction) => report({ kind: 'progress', fraction })),
  )

// This thread is idle while the pool works, so the child ends as soon as its server does.
receiveRequestFromParent(async (message) => {
  const job = ImageJob.decode(message)
  if (E.isLeft(job)) throw new Error('malformed job')
  watchMemory(job.right.maxPixels)
  const result = await runJob(job.right)()
  report(E.isRight(result) ? { kind: 'done', result: result.right } : reportOf(result.left))
})

const reportOf = (error: Refused | Unavailable): ImageChildMessage =>
  error._tag === 'Refused'
    ? { kind: 'refused', message: error.message }
    : {
        kind: 'failed',
        dependency: error.dependency,
        cause: String(error.cause),
        isInputSuspected: error.isInputSuspected === true,
      }
