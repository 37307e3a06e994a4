/**
 * What a demuxer may take a file for, and what may decode it: the formats that people hand in, and nothing that
 * opens other files (a playlist or a list of files named `.mp4` would read what it likes from this machine).
 */
const FORMATS =
  'mov,matroska,webm,ogg,mp3,wav,flac,aac,mpegts,mpeg,avi,flv,asf,aiff,caf,ac3,eac3,amr,w64,mxf,dv'

const VIDEO_CODECS =
  'h264,hevc,vp8,vp9,libvpx,libvpx-vp9,av1,libdav1d,mpeg4,mpeg2video,mpeg1video,mjpeg,prores,dnxhd,theora,' +
  'dvvideo,wmv3,vc1,flv,h263,msmpeg4v3,qtrle,png'

const AUDIO_CODECS =
  'aac,aac_latm,mp3float,mp3,mp2float,mp2,opus,libopus,vorbis,libvorbis,flac,alac,ac3,eac3,amrnb,amrwb,wmav2,' +
  'pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_f32le,pcm_f32be,pcm_u8,pcm_s8,pcm_alaw,pcm_mulaw,' +
  'adpcm_ms,adpcm_ima_wav'

/** Of one picture: 8K is 33 million. */
export const MAX_PIXELS = 36_000_000

export const demuxerLimits = {
  protocol_whitelist: 'file',
  format_whitelist: FORMATS,
  codec_whitelist: `${VIDEO_CODECS},${AUDIO_CODECS}`,
}

export const decoderLimits = {
  codec_whitelist: demuxerLimits.codec_whitelist,
  max_pixels: String(MAX_PIXELS),
}

/** Of the address space or the data of an engine's process, in bytes. */
export const MAX_MEMORY_BYTES = 6 * 2 ** 30

/** Of any one file that an engine writes. */
export const MAX_FILE_BYTES = 20 * 2 ** 30

export const PROBE_SECONDS = 30

/** Of one pass over a file, unless MEDIA_MAX_WORK_SECONDS says otherwise: a day. */
export const MAX_WORK_SECONDS = 86_400

/** Wall time for media of this length: slow machines encode at a tenth of the speed of playing, and wait for others. */
export const wallSecondsFor = (mediaSeconds: number, most: number): number =>
  Math.min(most, 300 + 20 * mediaSeconds)
