import { type FileHandle, open } from 'node:fs/promises'
import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp'
import type { SourceColour } from '../../domain/colour/source-colour.ts'
import { refusalReason } from '../../domain/ingest/not-taken.ts'
import { sniff } from '../../domain/ingest/sniff.ts'
import { type Refused, refused, type Unavailable, unavailable } from '../../domain/shared/errors.ts'
import { E, TE } from '../../fp.ts'
import { firstFrameShown } from './compose-apng.ts'
import { firstShownPage, isBlank, mostFrames } from './first-shown-page.ts'
import { jpegNotTaken } from './headers/jpeg-process.ts'
import { readAt } from './headers/read-at.ts'
import { type HeaderFacts, readHeaderFacts } from './headers/read-header-facts.ts'
import { tiffNotTaken } from './headers/tiff-header.ts'
import { type PictureSource, pictureSource, wholeFile } from './picture-source.ts'

/** A picture whose header was read and whose size is within bounds. Of several, or of an animation, one alone. */
export type Picture = {
  readonly header: Metadata
  readonly facts: HeaderFacts
  readonly colour: SourceColour
  /** It lacked its end: whether anything else is missing shows only when every pixel is decoded. */
  readonly isMended: boolean
  /** A new decoder at its start: upright, and not yet run. */
  readonly decode: (options?: Pick<SharpOptions, 'ignoreIcc'>) => Sharp
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

const reading = <A>(work: () => Promise<A>): TE.TaskEither<Unavailable, A> =>
  TE.tryCatch(work, unavailable('picture file'))

const readHeader =
  (file: FileHandle, maxPixels: number): TE.TaskEither<Refused | Unavailable, Picture> =>
  async () => {
    const at = readAt(file)
    const head = await reading(() => at(0, 4096))()
    if (E.isLeft(head)) return head
    const reason = refusalByHead(head.right)
    if (reason !== null) return E.left(refused(reason))

    if (isJpeg(head.right)) {
      const jpegReason = await reading(() => jpegNotTaken(at))()
      if (E.isLeft(jpegReason)) return jpegReason
      if (jpegReason.right !== null) return E.left(refused(jpegReason.right))
    }

    // libvips takes `[…]` at the end of a name for options of its own; this name never ends so.
    const source = await reading(() => pictureSource(`/dev/fd/${file.fd}`, file, head.right))()
    if (E.isLeft(source)) return source
    const header = await decoding(() => sharp(source.right.input, { limitInputPixels: false }).metadata())()
    if (isTiff(head.right)) {
      const depth = E.isRight(header) ? header.right.depth : null
      const tiffReason = await reading(() => tiffNotTaken(at, depth))()
      if (E.isLeft(tiffReason)) return tiffReason
      if (tiffReason.right !== null) return E.left(refused(tiffReason.right))
    }
    if (E.isLeft(header)) return header

    const { width, height } = header.right
    if (width * height > maxPixels)
      return E.left(
        refused(`${width} × ${height} pixels are too many: at most ${maxPixels / 1e6} million are taken`),
      )
    const facts = await reading(() => readHeaderFacts(at, header.right))()
    if (E.isLeft(facts)) return facts
    if (header.right.format === 'png' && facts.right.isAnimated) {
      const shown = await decoding(() => stillOf(file, source.right))()
      if (E.isLeft(shown)) return shown
      if (shown.right !== null)
        return openAt(shown.right.source, shown.right.header, facts.right, maxPixels)()
    }
    return openAt(source.right, header.right, facts.right, maxPixels)()
  }

/** Of an animated PNG whose default picture is blank: libvips reads no other. */
const stillOf = async (
  file: FileHandle,
  { input, failOn }: PictureSource,
): Promise<{ readonly source: PictureSource; readonly header: Metadata } | null> => {
  if (!(await isBlank(sharp(input, { limitInputPixels: false, failOn })))) return null
  const bytes = await wholeFile(file)
  const still = bytes === null ? null : await firstFrameShown(bytes, mostFrames)
  if (still === null) return null
  return {
    source: { input: still, failOn },
    header: await sharp(still, { limitInputPixels: false }).metadata(),
  }
}

const openAt =
  (
    { input, failOn }: PictureSource,
    header: Metadata,
    facts: HeaderFacts,
    maxPixels: number,
  ): TE.TaskEither<Refused, Picture> =>
  async () => {
    if (E.isLeft(facts.colour)) return facts.colour
    const options = { limitInputPixels: maxPixels, failOn, sequentialRead: true } as const
    const decodePage = (page: number, more: Pick<SharpOptions, 'ignoreIcc'> = {}): Sharp =>
      sharp(input, Object.assign({ page }, options, more)).autoOrient()
    const page = await decoding(() => firstShownPage(header, (number) => decodePage(number)))()
    if (E.isLeft(page)) return page
    const decode: Picture['decode'] = (more) => decodePage(page.right, more)
    return E.right({ header, facts, colour: facts.colour.right, isMended: typeof input !== 'string', decode })
  }

const isJpeg = (head: Buffer): boolean => head.length > 2 && head.readUInt16BE(0) === 0xffd8

const isTiff = (head: Buffer): boolean => ['II', 'MM'].includes(head.toString('latin1', 0, 2))

const refusalByHead = (head: Buffer): string | null => {
  if (head.length === 0) return 'the file is empty'
  const reason = refusalReason(head)
  if (reason !== null) return reason
  return sniff(head) === 'image' ? null : 'not a picture: JPEG, PNG, WebP, AVIF, GIF and TIFF are taken'
}

/** In one line; what libvips says line by line of its seeking and of file names tells a sender nothing. */
const detailOf = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause))
    .replace(/^(?:\/dev\/fd\/|source: bad seek).*$/gm, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[:,;]+$/, '')
    .slice(0, 200)
