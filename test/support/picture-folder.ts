import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { inspectPicture } from '../../src/adapters/sharp/inspect-picture.ts'
import { withPicture } from '../../src/adapters/sharp/open-picture.ts'
import { renderPicture } from '../../src/adapters/sharp/render-picture.ts'
import type { ImageTarget } from '../../src/domain/ingest/plan/image-plan.ts'
import { left, right } from './expect-right.ts'
import { save } from './pictures.ts'

/** Inspects and renders images in this process, in a new folder for each test of a `describe`. */
export const createPictureFolder = () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-kinds-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const inspect = async (bytes: Uint8Array) =>
    right(withPicture(await save(folder, 'x', bytes), 1e8, inspectPicture))
  const refusal = async (bytes: Uint8Array) =>
    left(withPicture(await save(folder, 'x', bytes), 1e8, inspectPicture))
  const render = async (bytes: Uint8Array, targets: ReadonlyArray<ImageTarget>) =>
    right(
      withPicture(await save(folder, 'x', bytes), 1e8, (picture) =>
        renderPicture(picture, targets, folder, () => {}),
      ),
    )

  /** The first pixel of a PNG export. */
  const firstPixel = async (bytes: Uint8Array): Promise<ReadonlyArray<number>> => {
    const [image] = await render(bytes, [{ format: 'png', width: 64 }])
    return [
      ...(
        await sharp(await readFile(image?.path ?? ''))
          .toColourspace('srgb')
          .raw()
          .toBuffer()
      ).subarray(0, 3),
    ]
  }

  return { inspect, refusal, render, firstPixel }
}
