import { type FileHandle, open } from 'node:fs/promises'
import sharp, { type Metadata, type Sharp } from 'sharp'
import { sniff } from '../../domain/ingest/sniff.ts'
import { type Refused, refused, type Unavailable, unavailable } from '../../domain/shared/errors.ts'
import { E, TE } from '../../fp.ts'

/** A picture whose header was read and whose size is within bounds. Of an animation, the first frame alone. */
export type Picture = {
  readonly header: Metadata
  /** A new decoder at its start: upright, and not yet run. */
  readonly decode: () => Sharp
}

/** Opens the picture for as long as `work` takes. */
export const withPicture =
  <A>(
    path: string,
    maxPixels: number,
    work: (picture: Picture) => TE.TaskEither<Refused | Unavailable, A>,
  ): TE.TaskEither<Refused | Unavailable, A> =>
  async () => {
    const opened = await TE.tryCatch(() => open(path), unavailable('picture file'))()
    if (E.isLeft(opened)) return opened
    const file = opened.right
    try {
      const picture = await readHeader(file, maxPixels)()
      return E.isLeft(picture) ? picture : await work(picture.right)()
    } finally {
      await file.close()
    }
  }

/** What a decoder throws is the fault of what it was given. */
export const decoding = <A>(work: () => Promise<A>): TE.TaskEither<Refused, A> =>
  TE.tryCatch(work, (cause) => refused(`damaged or cut short (${detailOf(cause)})`))

const readHeader =
  (file: FileHandle, maxPixels: number): TE.TaskEither<Refused | Unavailable, Picture> =>
  async () => {
    const kind = await refuseByHead(file)()
    if (E.isLeft(kind)) return kind

    // libvips takes `[…]` at the end of a name for options of its own; this name never ends so.
    const source = `/dev/fd/${file.fd}`
    const header = await decoding(() => sharp(source, { limitInputPixels: false }).metadata())()
    if (E.isLeft(header)) return header

    const { width, height } = header.right
    if (width * height > maxPixels)
      return E.left(
        refused(`${width} × ${height} pixels are too many: at most ${maxPixels / 1e6} million are taken`),
      )

    const options = { limitInputPixels: maxPixels, failOn: 'error', sequentialRead: true } as const
    return E.right({ header: header.right, decode: () => sharp(source, options).autoOrient() })
  }

const refuseByHead =
  (file: FileHandle): TE.TaskEither<Refused | Unavailable, void> =>
  async () => {
    const read = await TE.tryCatch(
      () => file.read(Buffer.alloc(4096), 0, 4096, 0),
      unavailable('picture file'),
    )()
    if (E.isLeft(read)) return read
    const { buffer, bytesRead } = read.right
    if (bytesRead === 0) return E.left(refused('the file is empty'))
    const kind = sniff(buffer.subarray(0, bytesRead))
    return kind === 'image' ? E.right(undefined) : E.left(refused(notTaken[kind]))
  }

const notTaken = {
  svg: 'SVG pictures are not taken: save it as PNG',
  heic: 'HEIC pictures cannot be decoded: save it as JPEG',
  other: 'not a picture: JPEG, PNG, WebP, AVIF, GIF and TIFF are taken',
}

/** In one line; what libvips says line by line of its seeking and of file names tells a sender nothing. */
const detailOf = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause))
    .replace(/^\/dev\/fd\/.*$/gm, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200)
