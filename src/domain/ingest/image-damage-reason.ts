import type { SourceImageFormat } from './sniff.ts'

export type ImageDamage = {
  readonly format: SourceImageFormat
  /** The part of the file that the decoder was reading when it failed. */
  readonly stage: 'header' | 'pixels'
  /**
   * Whether the file ends earlier than its format declares. This is checked separately, because decoders
   * confuse it with other damage.
   */
  readonly isCutShort: boolean
  /** The message of the decoder. */
  readonly message: string
}

/** Matches messages of libjpeg, libtiff and libheif about images of a kind that they do not support. */
const notDecoded =
  /Unsupported JPEG (?:process|data precision)|DNL not supported|not (?:implemented|configured)|Unsupported (?:feature|codec|image type|color)/i

/** Matches the message of libvips about an image that would need more memory than any machine has. */
const absurdSize = /exceeds pixel limit/i

const copyAgain = 'copy it again from where it came from'
const saveAnew = 'copy it again, or open it in another program and save it again'

/** Returns the reason for refusing an image whose decoder failed, and advice for the user. */
export const imageDamageReason = ({ format, stage, isCutShort, message }: ImageDamage): string => {
  if (isCutShort) return `the ${format} is cut short: part of it is missing (${copyAgain})`
  if (notDecoded.test(message))
    return `the ${format} is of a kind that Larder cannot decode, or damaged (save it as PNG or as an ordinary JPEG)`
  if (absurdSize.test(message))
    return `the ${format} is damaged: its header states an impossible size (${saveAnew})`
  return stage === 'header'
    ? `the ${format} is damaged: its header is wrong (${saveAnew})`
    : `the ${format} is damaged: its pixels cannot be decoded (${saveAnew})`
}
