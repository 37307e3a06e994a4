import * as t from 'io-ts'

const meanings = {
  video: (count: number) =>
    `a motion photo: ${count === 1 ? 'its film is' : `its ${count} films are`} left out; add it as MP4 to keep it`,
  image: (count: number) =>
    `${count === 1 ? 'another picture' : `${count} more pictures`} behind the first: left out; add each by itself`,
  gainMap: () => 'HDR: its gain map is left out, so that its exports have the range of sRGB',
  depthMap: () => 'its depth map is left out',
  channels: () => 'its channels that are neither colour nor transparency (spot colours, masks) are left out',
} as const

/**
 * Content of an image file that no export shows: the video of a motion photo, more images (MPO), the gain map
 * that makes an image HDR, its depth map, or TIFF channels that are neither colour nor transparency.
 */
export const LeftOut = t.keyof(meanings)
export type LeftOut = t.TypeOf<typeof LeftOut>

/** Returns one line for each kind of content that the exports do not show. */
export const leftOutWarnings = (leftOut: ReadonlyArray<LeftOut>): ReadonlyArray<string> =>
  (Object.keys(meanings) as ReadonlyArray<LeftOut>).flatMap((kind) => {
    const count = leftOut.filter((item) => item === kind).length
    return count === 0 ? [] : [meanings[kind](count)]
  })
