import type { SourceImageFormat } from './sniff.ts'

export type Damage = {
  readonly format: SourceImageFormat
  /** What was being read when the decoder failed. */
  readonly stage: 'header' | 'pixels'
  /** Whether the file ends before its format says. Decoders confuse this with other damage. */
  readonly isCutShort: boolean
  /** The message of the decoder. */
  readonly message: string
}

/** Messages of libjpeg, libtiff and libheif about what they cannot decode by design. */
const notDecoded =
  /Unsupported JPEG (?:process|data precision)|DNL not supported|not (?:implemented|configured)|Unsupported (?:feature|codec|image type|color)/i

/** Message of libvips about a size that no memory could hold. */
const absurdSize = /exceeds pixel limit/i

const copyAgain = 'copy it again from where it came from'
const saveAnew = 'copy it again, or open it in another program and save it anew'

/** Returns why an image is refused whose decoder failed, and what to do about it. */
export const damageReason = ({ format, stage, isCutShort, message }: Damage): string => {
  if (isCutShort) return `the ${format} is cut short: part of it is missing (${copyAgain})`
  if (notDecoded.test(message))
    return `the ${format} is of a kind that is not decoded, or damaged (save it as PNG or as an ordinary JPEG)`
  if (absurdSize.test(message)) return `the ${format} is damaged: it announces an absurd size (${saveAnew})`
  return stage === 'header'
    ? `the ${format} is damaged: its header is wrong (${saveAnew})`
    : `the ${format} is damaged: its pixels cannot be decoded (${saveAnew})`
}
