import { type FileHandle, open } from 'node:fs/promises'
import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp'
import type { SourceColour } from '../../domain/colour/source-colour.ts'
import { type ImageDamage, imageDamageReason } from '../../domain/ingest/image-damage-reason.ts'
import type { LeftOut } from '../../domain/ingest/plan/left-out.ts'
import { type SourceImageFormat, sourceImageFormatOf } from '../../domain/ingest/sniff.ts'
import { unsupportedImageReason } from '../../domain/ingest/unsupported-image-reason.ts'
import { errorMessage } from '../../domain/shared/error-text.ts'
import { type Refused, refused, type Unavailable } from '../../domain/shared/errors.ts'
import { E, pipe, TE } from '../../fp.ts'
import { failedWithFile } from '../platform/errno.ts'
import { composeFirstVisibleFrame } from './compose-apng.ts'
import { withoutExtraChannels } from './extra-channels.ts'
import { firstVisiblePage, isBlankFrame, MAX_EXAMINED_PAGES } from './first-visible-page.ts'
import { isCutShort } from './headers/is-cut-short.ts'
import { unsupportedJpegReason } from './headers/jpeg-process.ts'
import { readAt } from './headers/read-at.ts'
import { type HeaderFacts, readHeaderFacts } from './headers/read-header-facts.ts'
import { readLeftOut } from './headers/read-left-out.ts'
import { hasUnspecifiedChannel, unsupportedTiffReason } from './headers/tiff-header.ts'
import { readWholeFile, type SharpInput, sharpInputOf } from './sharp-input.ts'

/**
 * An image whose header was read and whose number of pixels is accepted. Of a multi-page file, one page is
 * opened.
 */
export type OpenedImage = {
  readonly format: SourceImageFormat
  readonly header: Metadata
  readonly facts: HeaderFacts
  readonly colour: SourceColour
  /**
   * Whether the input was repaired (see sharpInputOf). If so, only decoding every pixel shows whether more
   * data is missing.
   */
  readonly isRepaired: boolean
  /** Runs decoders. Converts any failure of the decoders to `Refused`, because the input caused it. */
  readonly refuseOnDecoderError: <A>(work: () => Promise<A>) => TE.TaskEither<Refused | Unavailable, A>
  /** Returns a new decoder that has not started. The decoded image is upright. */
  readonly decode: (options?: Pick<SharpOptions, 'ignoreIcc'>) => Sharp
  /** Lists the contents of the file that Larder does not use: everything except the image. */
  readonly leftOut: TE.TaskEither<Unavailable, ReadonlyArray<LeftOut>>
}

export const withOpenImage =
  <A>(
    path: string,
    maxPixels: number,
    work: (image: OpenedImage) => TE.TaskEither<Refused | Unavailable, A>,
  ): TE.TaskEither<Refused | Unavailable, A> =>
  async () => {
    const opened = await TE.tryCatch(() => open(path), failedWithFile('picture file'))()
    if (E.isLeft(opened)) return opened
    const file = opened.right
    try {
      const image = await readHeader(file, maxPixels)()
      return E.isLeft(image) ? image : await work(image.right)()
    } finally {
      await file.close()
    }
  }

/** Runs a decoder. Converts its failure to `Refused` (see OpenedImage.refuseOnDecoderError). */
const decodeOrRefuse = <A>(
  file: FileHandle,
  format: SourceImageFormat,
  stage: ImageDamage['stage'],
  work: () => Promise<A>,
): TE.TaskEither<Refused | Unavailable, A> =>
  pipe(
    TE.tryCatch(work, errorMessage),
    TE.orElse((message) =>
      pipe(
        reading(async () => {
          const { size } = await file.stat()
          return isCutShort(format, {
            readAt: readAt(file),
            size,
            readWhole: () => readWholeFile(file),
            message,
          })
        }),
        TE.flatMap((isCutShort) =>
          TE.left(refused(imageDamageReason({ format, stage, isCutShort, message }))),
        ),
      ),
    ),
  )

const reading = <A>(work: () => Promise<A>): TE.TaskEither<Unavailable, A> =>
  TE.tryCatch(work, failedWithFile('picture file'))

const notAPicture = 'the file is not a picture: Larder accepts JPEG, PNG, WebP, AVIF, GIF and TIFF'

const readHeader =
  (file: FileHandle, maxPixels: number): TE.TaskEither<Refused | Unavailable, OpenedImage> =>
  async () => {
    const at = readAt(file)
    const head = await reading(() => at(0, 4096))()
    if (E.isLeft(head)) return head
    const reason = unsupportedImageReason(head.right)
    if (reason !== null) return E.left(refused(reason))
    const format = sourceImageFormatOf(head.right)
    if (format === null) return E.left(refused(head.right.length === 0 ? 'the file is empty' : notAPicture))

    if (format === 'JPEG') {
      const jpegReason = await reading(() => unsupportedJpegReason(at))()
      if (E.isLeft(jpegReason)) return jpegReason
      if (jpegReason.right !== null) return E.left(refused(jpegReason.right))
    }

    // libvips interprets `[…]` at the end of a file name as options. The path of a file descriptor (/dev/fd)
    // never ends like that.
    const source = await reading(() => sharpInputOf(`/dev/fd/${file.fd}`, file, head.right))()
    if (E.isLeft(source)) return source
    const header = await decodeOrRefuse(file, format, 'header', () =>
      sharp(source.right.input, { limitInputPixels: false }).metadata(),
    )()
    if (format === 'TIFF') {
      const depth = E.isRight(header) ? header.right.depth : null
      const tiffReason = await reading(() => unsupportedTiffReason(at, depth))()
      if (E.isLeft(tiffReason)) return tiffReason
      if (tiffReason.right !== null) return E.left(refused(tiffReason.right))
    }
    if (E.isLeft(header)) return header

    const { width, height } = header.right
    if (width * height > maxPixels)
      return E.left(
        refused(
          `the ${format} has too many pixels, ${width} × ${height}: at most ${maxPixels / 1e6} million are accepted (save it smaller)`,
        ),
      )
    const refuseOnDecoderError: OpenedImage['refuseOnDecoderError'] = (work) =>
      decodeOrRefuse(file, format, 'pixels', work)
    const facts = await reading(() => readHeaderFacts(at, header.right))()
    const leftOut = reading(() => readLeftOut(format, at, () => readWholeFile(file)))
    if (E.isLeft(facts)) return facts
    const still =
      format === 'PNG' && facts.right.isAnimated
        ? await refuseOnDecoderError(() => stillOf(file, source.right))()
        : E.right(null)
    if (E.isLeft(still)) return still
    const hasMore = format === 'TIFF' ? await reading(() => hasUnspecifiedChannel(at))() : E.right(false)
    if (E.isLeft(hasMore)) return hasMore
    const copy = hasMore.right
      ? await refuseOnDecoderError(() => withoutExtraChannels(source.right, header.right, maxPixels))()
      : E.right(null)
    if (E.isLeft(copy)) return copy
    const chosen = still.right ?? copy.right ?? { source: source.right, header: header.right }
    return selectPage({ ...chosen, format, facts: facts.right, maxPixels, refuseOnDecoderError, leftOut })()
  }

/**
 * Returns the first visible frame of an animated PNG with a blank default image, because libvips reads only
 * the default image. Returns `null` if the default image is not blank, or if no visible frame is found.
 */
const stillOf = async (
  file: FileHandle,
  { input, failOn }: SharpInput,
): Promise<{ readonly source: SharpInput; readonly header: Metadata } | null> => {
  if (!(await isBlankFrame(sharp(input, { limitInputPixels: false, failOn })))) return null
  const bytes = await readWholeFile(file)
  const still = bytes === null ? null : await composeFirstVisibleFrame(bytes, MAX_EXAMINED_PAGES)
  if (still === null) return null
  return {
    source: { input: still, failOn },
    header: await sharp(still, { limitInputPixels: false }).metadata(),
  }
}

type Readable = Pick<OpenedImage, 'format' | 'header' | 'facts' | 'refuseOnDecoderError' | 'leftOut'> & {
  readonly source: SharpInput
  readonly maxPixels: number
}

const selectPage =
  ({ source, maxPixels, ...image }: Readable): TE.TaskEither<Refused | Unavailable, OpenedImage> =>
  async () => {
    const { header, facts, refuseOnDecoderError } = image
    const { input, failOn } = source
    if (E.isLeft(facts.colour)) return facts.colour
    const options = { limitInputPixels: maxPixels, failOn, sequentialRead: true } as const
    const decodePage = (page: number, more: Pick<SharpOptions, 'ignoreIcc'> = {}): Sharp =>
      sharp(input, Object.assign({ page }, options, more)).autoOrient()
    const page = await refuseOnDecoderError(() => firstVisiblePage(header, (number) => decodePage(number)))()
    if (E.isLeft(page)) return page
    const decode: OpenedImage['decode'] = (more) => decodePage(page.right, more)
    const isRepaired = typeof input !== 'string'
    return E.right({ ...image, colour: facts.colour.right, isRepaired, decode })
  }
