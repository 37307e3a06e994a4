import sharp, { type Metadata } from 'sharp'
import type { SharpInput } from './sharp-input.ts'

/**
 * Copies the first page of a TIFF into memory, upright, without the channels after its colours. These must be
 * removed before any other operation: libvips takes them for transparency, and multiplies the colours by them
 * when it scales.
 */
export const withoutExtraChannels = async (
  { input, failOn }: SharpInput,
  header: Metadata,
  limitInputPixels: number,
): Promise<{ readonly source: SharpInput; readonly header: Metadata }> => {
  // Samples and profile are copied unchanged. Colours are converted when exports are made.
  const copy = await sharp(input, { limitInputPixels, failOn, sequentialRead: true, ignoreIcc: true })
    .autoOrient()
    .pipelineColourspace(header.space)
    .toColourspace(header.space)
    .removeAlpha()
    .keepIccProfile()
    .tiff({ compression: 'none' })
    .toBuffer()
  const { pages = 1 } = header
  const copied = await sharp(copy, { limitInputPixels }).metadata()
  return { source: { input: copy, failOn }, header: { ...copied, pages } }
}
