// The codec strings that contain all details that a player needs (RFC 6381 §3.3 and the ISO BMFF bindings of
// each codec).
const detailed: Readonly<Record<string, RegExp>> = {
  avc1: /^avc1\.[0-9A-Fa-f]{6}$/,
  avc3: /^avc3\.[0-9A-Fa-f]{6}$/,
  hvc1: /^hvc1\.[ABC]?\d+\.[0-9A-Fa-f]+\.[LH]\d+(\.[0-9A-Fa-f]+){0,6}$/,
  hev1: /^hev1\.[ABC]?\d+\.[0-9A-Fa-f]+\.[LH]\d+(\.[0-9A-Fa-f]+){0,6}$/,
  av01: /^av01\.\d\.\d{2}[MH]\.\d{2}/,
  vp09: /^vp09\.\d{2}\.\d{2}\.\d{2}/,
  mp4a: /^mp4a\.(40\.\d+|(?!40)[0-9A-Fa-f]{2})$/,
}

const videoCodecs = new Set(['avc1', 'avc3', 'hvc1', 'hev1', 'av01', 'vp09', 'dvh1', 'dvhe'])
const audioCodecs = new Set(['mp4a', 'ac-3', 'ec-3', 'Opus', 'opus', 'fLaC', 'flac', 'alac'])

const familyOf = (codec: string): string => codec.split('.')[0] ?? ''

/** Returns the codecs in a CODECS attribute. */
export const codecsIn = (attribute: string): ReadonlyArray<string> =>
  attribute.split(',').map((codec) => codec.trim())

export const isDetailedCodec = (codec: string): boolean =>
  detailed[familyOf(codec)]?.test(codec) ?? codec !== ''
export const isVideoCodec = (codec: string): boolean => videoCodecs.has(familyOf(codec))
export const isAudioCodec = (codec: string): boolean => audioCodecs.has(familyOf(codec))
