import { stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Adapters } from '../../src/composition/larder.ts'
import { unavailable } from '../../src/domain/shared/errors.ts'
import { E, TE } from '../../src/fp.ts'

/** An image processor without child processes. It writes texts instead of images. */
export const fakeImages: Adapters['images'] = {
  inspect: () =>
    TE.right({
      width: 330,
      height: 200,
      hasAlpha: false,
      isAnimated: false,
      pages: 1,
      isHdr: false,
      leftOut: [],
    }),
  render: (_, targets, scratch, onProgress, signal) => async () => {
    const rendered = []
    for (const [i, { format, width }] of targets.entries()) {
      if (signal?.aborted) return E.left(unavailable('image process')('stopped'))
      const file = path.join(scratch, `${width}.${format}`)
      await writeFile(file, `${format} of ${width}`)
      rendered.push({
        path: file,
        format,
        width,
        height: 200,
        size: (await stat(file)).size,
        thumbhash: '',
      })
      onProgress((i + 1) / targets.length)
    }
    return signal?.aborted ? E.left(unavailable('image process')('stopped')) : E.right(rendered)
  },
}
