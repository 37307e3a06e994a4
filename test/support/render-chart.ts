import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { withOpenImage } from '../../src/adapters/sharp/open-image.ts'
import { renderImage } from '../../src/adapters/sharp/render-image.ts'
import { E, TE } from '../../src/fp.ts'
import { type Rgb, readPatches, worstError } from './chart.ts'

// libvips caches files by path, and paths of file descriptors are reused. The rendering process disables the
// cache, too.
sharp.cache(false)

/** Renders an image in this process, and returns the patches of its PNG export. */
export const renderedPatches = async (bytes: Uint8Array): Promise<ReadonlyArray<Rgb>> => {
  const folder = await mkdtemp(join(tmpdir(), 'larder-chart-'))
  try {
    const path = join(folder, 'chart')
    await writeFile(path, bytes)
    const rendered = await withOpenImage(path, 1e8, (picture) =>
      renderImage(picture, [{ format: 'png', width: 160 }], folder, () => {}),
    )()
    if (E.isLeft(rendered)) throw new Error(JSON.stringify(rendered.left))
    return await readPatches(await readFile(rendered.right[0]?.path ?? ''))
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The message with which an image is refused, or `null` if the image is accepted. */
export const refusalOf = async (bytes: Uint8Array): Promise<string | null> => {
  const folder = await mkdtemp(join(tmpdir(), 'larder-chart-'))
  try {
    const path = join(folder, 'chart')
    await writeFile(path, bytes)
    const opened = await withOpenImage(path, 1e8, () => TE.right(null))()
    return E.isRight(opened) ? null : opened.left._tag === 'Refused' ? opened.left.message : 'unavailable'
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The largest error of a rendered image (levels of 255). */
export const chartError = async (bytes: Uint8Array, expected: ReadonlyArray<Rgb>): Promise<number> =>
  worstError(await renderedPatches(bytes), expected)
