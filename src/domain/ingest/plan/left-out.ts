import * as t from 'io-ts'

const meanings = {
  film: (count: number) =>
    `a motion photo: ${count === 1 ? 'its film is' : `its ${count} films are`} left out; add it as MP4 to keep it`,
  picture: (count: number) =>
    `${count === 1 ? 'another picture' : `${count} more pictures`} behind the first: left out; add each by itself`,
  gainMap: () => 'HDR: its gain map is left out, so that its exports have the range of sRGB',
  depthMap: () => 'its depth map is left out',
  channels: () => 'its channels that are neither colour nor transparency (spot colours, masks) are left out',
} as const

/**
 * What a file holds beside its image, and no export shows: the film of a motion photo, more images (MPO), the
 * map that makes an image HDR, its distances, or channels of TIFF that have another meaning.
 */
export const LeftOut = t.keyof(meanings)
export type LeftOut = t.TypeOf<typeof LeftOut>

/** Returns a line for each kind. */
export const leftOutWarnings = (leftOut: ReadonlyArray<LeftOut>): ReadonlyArray<string> =>
  (Object.keys(meanings) as ReadonlyArray<LeftOut>).flatMap((kind) => {
    const count = leftOut.filter((it) => it === kind).length
    return count === 0 ? [] : [meanings[kind](count)]
  })
