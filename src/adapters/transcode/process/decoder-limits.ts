/**
 * Supported container formats, under FFmpeg's names (listed in docs/media.md). No file of these formats can
 * refer to other files. A playlist format must not be added: a playlist with the name of an `.mp4` file could
 * refer to any file of this machine.
 */
export const acceptedFormats: ReadonlyArray<string> = [
  ...['mov', 'matroska', 'webm', 'ogg', 'mp3', 'wav', 'flac', 'aac', 'mpegts', 'mpeg', 'avi', 'flv', 'asf'],
  ...['aiff', 'caf', 'ac3', 'eac3', 'amr', 'w64', 'mxf', 'dv'],
]

/** Supported codecs and their decoders, under FFmpeg's names. No other decoder is opened. */
const DECODERS: Readonly<Record<string, ReadonlyArray<string>>> = {
  h264: ['h264'],
  hevc: ['hevc'],
  vp8: ['vp8'],
  vp9: ['vp9', 'libvpx-vp9'],
  av1: ['av1', 'libdav1d'],
  mpeg4: ['mpeg4'],
  mpeg2video: ['mpeg2video'],
  mpeg1video: ['mpeg1video'],
  mjpeg: ['mjpeg'],
  prores: ['prores'],
  dnxhd: ['dnxhd'],
  theora: ['theora'],
  dvvideo: ['dvvideo'],
  wmv3: ['wmv3'],
  vc1: ['vc1'],
  flv1: ['flv'],
  h263: ['h263'],
  msmpeg4v3: ['msmpeg4'],
  qtrle: ['qtrle'],
  png: ['png'],
  aac: ['aac'],
  aac_latm: ['aac_latm'],
  mp3: ['mp3float', 'mp3'],
  mp2: ['mp2float', 'mp2'],
  opus: ['opus', 'libopus'],
  vorbis: ['vorbis', 'libvorbis'],
  flac: ['flac'],
  alac: ['alac'],
  ac3: ['ac3'],
  eac3: ['eac3'],
  amr_nb: ['amrnb'],
  amr_wb: ['amrwb'],
  wmav2: ['wmav2'],
  pcm_s16le: ['pcm_s16le'],
  pcm_s16be: ['pcm_s16be'],
  pcm_s24le: ['pcm_s24le'],
  pcm_s24be: ['pcm_s24be'],
  pcm_s32le: ['pcm_s32le'],
  pcm_f32le: ['pcm_f32le'],
  pcm_f32be: ['pcm_f32be'],
  pcm_u8: ['pcm_u8'],
  pcm_s8: ['pcm_s8'],
  pcm_alaw: ['pcm_alaw'],
  pcm_mulaw: ['pcm_mulaw'],
  adpcm_ms: ['adpcm_ms'],
  adpcm_ima_wav: ['adpcm_ima_wav'],
}

/** Supported codecs (listed in docs/media.md). */
export const acceptedCodecs: ReadonlyArray<string> = Object.keys(DECODERS)

/**
 * Returns whether a codec is supported. `codec` is FFmpeg's name of the codec, which may differ from the
 * names of its decoders.
 */
export const isSupportedCodec = (codec: string): boolean => Object.hasOwn(DECODERS, codec)

/** Returns the supported codecs for which an engine has no decoder. */
export const codecsWithoutDecoder = (hasDecoder: (name: string) => boolean): ReadonlyArray<string> =>
  Object.entries(DECODERS).flatMap(([codec, decoders]) => (decoders.some(hasDecoder) ? [] : [codec]))

/** The encoders and filters that every engine must have. */
export const requiredEncoders = ['libx264', 'aac', 'pcm_f32le'] as const
export const requiredFilters = [
  ...['aformat', 'alimiter', 'apad', 'aresample', 'aselect', 'asetnsamples', 'asetpts', 'asplit'],
  ...['bwdif', 'format', 'fps', 'hflip', 'lut3d', 'scale', 'select', 'setparams', 'setpts', 'setsar'],
  ...['sidedata', 'split', 'tpad', 'transpose', 'trim', 'vflip'],
]

/**
 * Range of supported sample rates, in samples per second. Real audio is between 4,000 (speech codecs) and
 * 768,000 (studio converters). A header that states a rate of 1 would turn each sample into 48,000, which
 * takes minutes.
 */
const [LEAST_SAMPLE_RATE, MOST_SAMPLE_RATE] = [1000, 768_000]
export const sampleRateRange = '1,000 to 768,000'
export const isSupportedSampleRate = (rate: number): boolean =>
  rate >= LEAST_SAMPLE_RATE && rate <= MOST_SAMPLE_RATE

/** Maximum number of pixels of a frame. 8K has 33 million pixels. */
export const MAX_PIXELS = 36_000_000

export const demuxerLimits = {
  protocol_whitelist: 'file',
  format_whitelist: acceptedFormats.join(','),
  codec_whitelist: Object.values(DECODERS).flat().join(','),
}

export const decoderLimits = {
  codec_whitelist: demuxerLimits.codec_whitelist,
  max_pixels: String(MAX_PIXELS),
}

/** Maximum memory of an engine's process in bytes: its address space, or for node-av its data segment. */
export const MAX_MEMORY_BYTES = 6 * 2 ** 30

/** Maximum size in bytes of each file that an engine writes. */
export const MAX_FILE_BYTES = 20 * 2 ** 30

export const PROBE_TIMEOUT_SECONDS = 30

/** Time limit for reading a whole file without decoding it, in seconds. */
export const SCAN_TIMEOUT_SECONDS = 600

/**
 * Default time limit of one pass over a file, in seconds (one day). The setting MEDIA_MAX_WORK_SECONDS
 * changes it.
 */
export const MAX_WORK_SECONDS = 86_400

/**
 * Returns the time limit for media of this duration. The limit is long, because a slow machine encodes at a
 * tenth of real time, and its CPU is shared.
 */
export const wallSecondsFor = (mediaSeconds: number, maxSeconds: number): number =>
  Math.min(maxSeconds, 300 + 20 * mediaSeconds)
