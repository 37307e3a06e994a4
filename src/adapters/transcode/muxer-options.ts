// Both flags together avoid two faults. With +delay_moov, FFmpeg 8.1 writes edit lists. Without +cmaf, video
// starts two frames late in players that ignore edit lists.
export const FRAGMENTS = '+cmaf+frag_keyframe+empty_moov+default_base_moof'

/** Muxer options of a progressive file, whose tracks are copied from encoded files. */
export const progressiveMuxer: Readonly<Record<string, string>> = {
  movflags: '+faststart',
  brand: 'mp42',
  fflags: '+bitexact',
}
