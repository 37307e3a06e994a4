import { type FileHandle, open } from 'node:fs/promises'
import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp'
import type { SourceColour } from '../../domain/colour/source-colour.ts'
import { refusalReason } from '../../domain/ingest/not-taken.ts'
import { sniff } from '../../domain/ingest/sniff.ts'
import { messageOf } from '../../domain/shared/error-text.ts'
import { type Refused, refused, type Unavailable, unavailable } from '../../domain/shared/errors.ts'
import { E, TE } from '../../fp.ts'
import { composeFirstVisibleFrame } from './compose-apng.ts'
import { withoutExtraChannels } from './extra-channels.ts'
import { firstVisiblePage, isBlank, maxFrames } from './first-visible-page.ts'
import { jpegNotTaken } from './headers/jpeg-process.ts'
import { readAt } from './headers/read-at.ts'
import { type HeaderFacts, readHeaderFacts } from './headers/read-header-facts.ts'
import { hasUnspecifiedChannel, tiffRefusal } from './headers/tiff-header.ts'
import { readWholeFile, type SharpInput, sharpInputOf } from './sharp-input.ts'

/** An image whose header is read and whose size is within bounds: one page of a multi-page file. */
export type OpenedImage = {
  readonly header: Metadata
  readonly facts: HeaderFacts
  readonly colour: SourceColour
  /** See sharpInputOf: only decoding every pixel shows whether more is missing. */
  readonly isRepaired: boolean
  /** Whether channels are left out that are neither colour nor transparency. */
  readonly lacksChannels: boolean
  /** Returns a new decoder that has not started. Its output is upright. */
  readonly decode: (options?: Pick<SharpOptions, 'ignoreIcc'>) => Sharp
}

export const withImage =
  <A>(
    path: string,
    maxPixels: number,
    work: (image: OpenedImage) => TE.TaskEither<Refused | Unavailable, A>,
  ): TE.TaskEither<Refused | Unavailable, A> =>
  async () => {
    const opened = await TE.tryCatch(() => open(path), unavailable('picture file'))()
    if (E.isLeft(opened)) return opened
    const file = opened.right
    try {
      const image = await readHeader(file, maxPixels)()
      return E.isLeft(image) ? image : await work(image.right)()
    } finally {
      await file.close()
    }
  }

/** Maps any decoder error to `Refused`: the input is at fault. */
export const orRefuse = <A>(work: () => Promise<A>): TE.TaskEither<Refused, A> =>
  TE.tryCatch(work, (cause) => refused(`damaged or cut short (${detailOf(cause)})`))

const reading = <A>(work: () => Promise<A>): TE.TaskEither<Unavailable, A> =>
  TE.tryCatch(work, unavailable('picture file'))

const readHeader =
  (file: FileHandle, maxPixels: number): TE.TaskEither<Refused | Unavailable, OpenedImage> =>
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

    // libvips parses `[…]` at the end of a file name as options; a /dev/fd path never ends like that.
    const source = await reading(() => sharpInputOf(`/dev/fd/${file.fd}`, file, head.right))()
    if (E.isLeft(source)) return source
    const header = await orRefuse(() => sharp(source.right.input, { limitInputPixels: false }).metadata())()
    if (isTiff(head.right)) {
      const depth = E.isRight(header) ? header.right.depth : null
      const tiffReason = await reading(() => tiffRefusal(at, depth))()
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
    if (isTiff(head.right) && (await hasUnspecifiedChannel(at))) {
      const flat = await orRefuse(() => withoutExtraChannels(source.right, header.right, maxPixels))()
      if (E.isLeft(flat)) return flat
      return selectPage(flat.right.source, flat.right.header, facts.right, maxPixels, true)()
    }
    if (header.right.format === 'png' && facts.right.isAnimated) {
      const still = await orRefuse(() => stillOf(file, source.right))()
      if (E.isLeft(still)) return still
      if (still.right !== null)
        return selectPage(still.right.source, still.right.header, facts.right, maxPixels)()
    }
    return selectPage(source.right, header.right, facts.right, maxPixels)()
  }

/** First visible frame of an animated PNG with a blank default image, the only image that libvips reads. */
const stillOf = async (
  file: FileHandle,
  { input, failOn }: SharpInput,
): Promise<{ readonly source: SharpInput; readonly header: Metadata } | null> => {
  if (!(await isBlank(sharp(input, { limitInputPixels: false, failOn })))) return null
  const bytes = await readWholeFile(file)
  const still = bytes === null ? null : await composeFirstVisibleFrame(bytes, maxFrames)
  if (still === null) return null
  return {
    source: { input: still, failOn },
    header: await sharp(still, { limitInputPixels: false }).metadata(),
  }
}

const selectPage =
  (
    { input, failOn }: SharpInput,
    header: Metadata,
    facts: HeaderFacts,
    maxPixels: number,
    lacksChannels = false,
  ): TE.TaskEither<Refused, OpenedImage> =>
  async () => {
    if (E.isLeft(facts.colour)) return facts.colour
    const options = { limitInputPixels: maxPixels, failOn, sequentialRead: true } as const
    const decodePage = (page: number, more: Pick<SharpOptions, 'ignoreIcc'> = {}): Sharp =>
      sharp(input, Object.assign({ page }, options, more)).autoOrient()
    const page = await orRefuse(() => firstVisiblePage(header, (number) => decodePage(number)))()
    if (E.isLeft(page)) return page
    const decode: OpenedImage['decode'] = (more) => decodePage(page.right, more)
    const isRepaired = typeof input !== 'string'
    return E.right({ header, facts, colour: facts.colour.right, isRepaired, lacksChannels, decode })
  }

const isJpeg = (head: Buffer): boolean => head.length > 2 && head.readUInt16BE(0) === 0xffd8

const isTiff = (head: Buffer): boolean => ['II', 'MM'].includes(head.toString('latin1', 0, 2))

const refusalByHead = (head: Buffer): string | null => {
  if (head.length === 0) return 'the file is empty'
  const reason = refusalReason(head)
  if (reason !== null) return reason
  return sniff(head) === 'image' ? null : 'not a picture: JPEG, PNG, WebP, AVIF, GIF and TIFF are taken'
}

/** One line. Omits libvips' lines about seeking and file descriptors, which do not help the uploader. */
const detailOf = (cause: unknown): string =>
  messageOf(cause)
    .replace(/^(?:\/dev\/fd\/|source: bad seek).*$/gm, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[:,;]+$/, '')
    .slice(0, 200)
