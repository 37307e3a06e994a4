type RuleText = {
  /**
   * A violation with severity `fault` can make a player fail. A violation with severity `advice` only makes
   * playback worse.
   */
  readonly severity: 'fault' | 'advice'
  readonly source: string
  readonly fix: string
}

/** The rules of `larder check`: severity, source and fix. */
export const hlsRules = {
  text: {
    severity: 'fault',
    source: 'RFC 8216bis §4.1',
    fix: 'Write UTF-8 without a byte order mark and without control characters.',
  },
  head: {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.1.1',
    fix: 'Begin the playlist with a line #EXTM3U.',
  },
  version: {
    severity: 'fault',
    source: 'RFC 8216bis §8',
    fix: 'Declare, once, a version that supports all features in the playlist.',
  },
  'attribute-list': {
    severity: 'fault',
    source: 'RFC 8216bis §4.2',
    fix: 'Write NAME=value, separated by commas, each name once, text in quotes, numbers without.',
  },
  'reserved-parameter': {
    severity: 'fault',
    source: 'RFC 8216bis §6.2.5',
    fix: 'Rename the query parameter: names that start with _HLS_ are reserved for the protocol.',
  },
  variable: {
    severity: 'fault',
    source: 'RFC 8216bis §4.3',
    fix: 'Define the variable with EXT-X-DEFINE on a line before its first use.',
  },
  kind: {
    severity: 'fault',
    source: 'RFC 8216bis §4.1',
    fix: 'Put variants into a master playlist and segments into media playlists; no playlist may be empty.',
  },
  'independent-segments': {
    severity: 'fault',
    source: 'Apple HLS authoring specification, media playlists',
    fix: 'Make sure that each segment starts with a keyframe; then add #EXT-X-INDEPENDENT-SEGMENTS.',
  },
  'target-duration': {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.3.1',
    fix: 'Write one #EXT-X-TARGETDURATION: a whole number of seconds that is not less than any EXTINF once rounded.',
  },
  duration: {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.4.1',
    fix: 'Write one #EXTINF:<seconds in fixed notation>, before each segment, and none elsewhere.',
  },
  vod: {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.3.5',
    fix: 'Add #EXT-X-PLAYLIST-TYPE:VOD: the playlist is complete and will not change.',
  },
  'media-sequence': {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.3.2',
    fix: 'Add #EXT-X-MEDIA-SEQUENCE:0: the playlist has all segments from the first one.',
  },
  end: {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.3.4',
    fix: 'Make #EXT-X-ENDLIST the last line, so that players do not wait for more segments.',
  },
  map: {
    severity: 'fault',
    source: 'RFC 8216bis §3.1.2, §4.4.4.5',
    fix: 'Add #EXT-X-MAP:URI="…" with the init segment before the first CMAF segment.',
  },
  'variant-uri': {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.6.2',
    fix: 'Write the URI of each variant on the line after its EXT-X-STREAM-INF.',
  },
  bandwidth: {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.6.2',
    fix: 'Measure the peak bit rate of the segments, including their audio, and write it as BANDWIDTH.',
  },
  'average-bandwidth': {
    severity: 'fault',
    source: 'Apple HLS authoring specification, multivariant playlists',
    fix: 'Write total bits divided by total seconds as AVERAGE-BANDWIDTH; it is never more than BANDWIDTH.',
  },
  codecs: {
    severity: 'fault',
    source: 'RFC 6381 §3.3',
    fix: 'Write each codec with its profile, read from the encoded file: CODECS="avc1.640028,mp4a.40.2".',
  },
  resolution: {
    severity: 'fault',
    source: 'Apple HLS authoring specification, multivariant playlists',
    fix: 'Add RESOLUTION=<width>x<height> to each variant with video.',
  },
  'frame-rate': {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.6.2',
    fix: 'Add FRAME-RATE with three decimals (29.970) to each variant with video.',
  },
  group: {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.6.1',
    fix: 'Define each group that a variant refers to. Give each member a TYPE, a GROUP-ID and a unique NAME, and each group at most one DEFAULT.',
  },
  'byte-range': {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.4.2',
    fix: 'Write #EXT-X-BYTERANGE:<length>@<offset> before the URI of the segment that has these bytes.',
  },
  'i-frames': {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.3.6',
    fix: 'List each keyframe once, with its own byte range and its time until the next keyframe; together they last as long as the video.',
  },
  'i-frame-stream': {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.6.3',
    fix: 'Refer to each I-frame playlist (with #EXT-X-I-FRAMES-ONLY) only from the URI of an EXT-X-I-FRAME-STREAM-INF, without frame rate or groups.',
  },
  'closed-captions': {
    severity: 'advice',
    source: 'RFC 8216bis §4.4.6.2',
    fix: 'Write CLOSED-CAPTIONS=NONE in all variants, or name the group of captions: else players search segments for some.',
  },
  'several-bit-rates': {
    severity: 'advice',
    source: 'Apple HLS authoring specification, multivariant playlists',
    fix: 'Offer more than one bit rate.',
  },
  'low-bit-rate': {
    severity: 'advice',
    source: 'Apple HLS authoring specification, multivariant playlists',
    fix: 'Offer one variant of at most 192 kbit/s.',
  },
  'audio-only': {
    severity: 'advice',
    source: 'Apple HLS authoring specification, multivariant playlists',
    fix: 'Offer the audio of a video as a variant without video.',
  },
  scrubbing: {
    severity: 'advice',
    source: 'Apple HLS authoring specification, trick play',
    fix: 'Offer I-frame playlists (EXT-X-I-FRAME-STREAM-INF), so that players can show images while seeking.',
  },
  reachable: {
    severity: 'fault',
    source: 'RFC 8216bis §6.2.1',
    fix: 'Make sure that the playlist is answered with 200 for a client with a token of its file.',
  },
  'same-target': {
    severity: 'fault',
    source: 'RFC 8216bis §6.2.4',
    fix: 'Give all playlists of a file the greatest of their target durations.',
  },
  aligned: {
    severity: 'fault',
    source: 'RFC 8216bis §6.2.4',
    fix: 'Split all renditions into segments at the same times; otherwise players stutter when they switch.',
  },
  'media-type': {
    severity: 'fault',
    source: 'RFC 8216bis §4',
    fix: 'Serve playlists as application/vnd.apple.mpegurl.',
  },
  compression: {
    severity: 'advice',
    source: 'Apple HLS authoring specification, delivery',
    fix: 'Compress playlists with gzip for clients that accept it.',
  },
} as const satisfies Readonly<Record<string, RuleText>>

export type HlsRule = keyof typeof hlsRules
