import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { inspectImage } from '../../src/adapters/sharp/inspect-image.ts'
import { withOpenImage } from '../../src/adapters/sharp/open-image.ts'
import { renderImage } from '../../src/adapters/sharp/render-image.ts'
import type { ImageTarget } from '../../src/domain/ingest/plan/image-plan.ts'
import { E } from '../../src/fp.ts'
import { left, right } from './expect-right.ts'
import { saveFile } from './pictures.ts'

/**
 * Returns functions that inspect and render images in this process. Each test of a `describe` has a new
 * folder.
 */
export const createPictureFolder = () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-kinds-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const inspect = async (bytes: Uint8Array) =>
    right(withOpenImage(await saveFile(folder, 'x', bytes), 1e8, inspectImage))
  const refusal = async (bytes: Uint8Array) =>
    left(withOpenImage(await saveFile(folder, 'x', bytes), 1e8, inspectImage))
  /** The reason of a refusal; `null` if the image is accepted. */
  const outcome = async (bytes: Uint8Array): Promise<string | null> => {
    const inspected = await withOpenImage(await saveFile(folder, 'x', bytes), 1e8, inspectImage)()
    if (E.isRight(inspected)) return null
    return inspected.left._tag === 'Refused' ? inspected.left.message : JSON.stringify(inspected.left)
  }
  const render = async (bytes: Uint8Array, targets: ReadonlyArray<ImageTarget>) =>
    right(
      withOpenImage(await saveFile(folder, 'x', bytes), 1e8, (picture) =>
        renderImage(picture, targets, folder, () => {}),
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

  return { inspect, refusal, outcome, render, firstPixel }
}
