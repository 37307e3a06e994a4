type RuleText = {
  /** A player may fail on a `fault`; `advice` is about comfort. */
  readonly severity: 'fault' | 'advice'
  readonly source: string
  readonly fix: string
}

/** What the examiner looks for, where it is written, and what to do about it. */
export const rules = {
  text: {
    severity: 'fault',
    source: 'RFC 8216bis §4.1',
    fix: 'Write UTF-8 without a byte order mark and without control characters.',
  },
  head: {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.1.1',
    fix: 'Begin the list with a line #EXTM3U.',
  },
  version: {
    severity: 'fault',
    source: 'RFC 8216bis §8',
    fix: 'Declare, once, a version that has all that the list makes use of.',
  },
  'attribute-list': {
    severity: 'fault',
    source: 'RFC 8216bis §4.2',
    fix: 'Write NAME=value with commas between, each name once, text in quotes and numbers without.',
  },
  'reserved-parameter': {
    severity: 'fault',
    source: 'RFC 8216bis §6.2.5',
    fix: 'Rename the query parameter: names that start with _HLS_ are for the protocol itself.',
  },
  variable: {
    severity: 'fault',
    source: 'RFC 8216bis §4.3',
    fix: 'Define the variable by EXT-X-DEFINE in a line before its first use.',
  },
  kind: {
    severity: 'fault',
    source: 'RFC 8216bis §4.1',
    fix: 'Keep variants and parts in lists of their own, and let no list be empty.',
  },
  'independent-segments': {
    severity: 'fault',
    source: 'Apple HLS authoring specification, media playlists',
    fix: 'Add #EXT-X-INDEPENDENT-SEGMENTS, after making sure that each part starts with a key picture.',
  },
  'target-duration': {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.3.1',
    fix: 'Say, once, in whole seconds, at least the longest rounded EXTINF.',
  },
  duration: {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.4.1',
    fix: 'Write #EXTINF:<seconds in fixed notation>, before each part, and nothing before no part.',
  },
  vod: {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.3.5',
    fix: 'Add #EXT-X-PLAYLIST-TYPE:VOD: the list is complete and will not change.',
  },
  'media-sequence': {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.3.2',
    fix: 'Add #EXT-X-MEDIA-SEQUENCE:0: all parts are there from the first.',
  },
  end: {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.3.4',
    fix: 'Let #EXT-X-ENDLIST be the last line, so that no player waits for more.',
  },
  map: {
    severity: 'fault',
    source: 'RFC 8216bis §3.1.2, §4.4.4.5',
    fix: 'Name the init segment by #EXT-X-MAP:URI="…" before the first CMAF part.',
  },
  'variant-uri': {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.6.2',
    fix: 'Let the URI of each variant follow its EXT-X-STREAM-INF in the next line.',
  },
  bandwidth: {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.6.2',
    fix: 'Measure the peak of the parts, with the sound that goes with them, and write it as BANDWIDTH.',
  },
  'average-bandwidth': {
    severity: 'fault',
    source: 'Apple HLS authoring specification, multivariant playlists',
    fix: 'Write all bits by all seconds as AVERAGE-BANDWIDTH: never more than BANDWIDTH.',
  },
  codecs: {
    severity: 'fault',
    source: 'RFC 6381 §3.3',
    fix: 'Read each codec with its profile from the produced file: CODECS="avc1.640028,mp4a.40.2".',
  },
  resolution: {
    severity: 'fault',
    source: 'Apple HLS authoring specification, multivariant playlists',
    fix: 'Add RESOLUTION=<width>x<height> to each variant with pictures.',
  },
  'frame-rate': {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.6.2',
    fix: 'Add FRAME-RATE with three decimals (29.970) to each variant with pictures.',
  },
  group: {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.6.1',
    fix: 'Define each group that is referred to, give each member a TYPE, GROUP-ID and a NAME of its own, and each group at most one DEFAULT.',
  },
  'byte-range': {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.4.2',
    fix: 'Write #EXT-X-BYTERANGE:<length>@<offset> before the URI of the part that these bytes are of.',
  },
  'i-frames': {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.3.6',
    fix: 'List each key picture once, with bytes of its own, to be shown until the next; all of them last as long as the film.',
  },
  'i-frame-stream': {
    severity: 'fault',
    source: 'RFC 8216bis §4.4.6.3',
    fix: 'Name each list of key pictures, which says #EXT-X-I-FRAMES-ONLY, by the URI of an EXT-X-I-FRAME-STREAM-INF without rate or groups, and nowhere else.',
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
  'sound-only': {
    severity: 'advice',
    source: 'Apple HLS authoring specification, multivariant playlists',
    fix: 'Offer the sound of a film as a variant without pictures.',
  },
  scrubbing: {
    severity: 'advice',
    source: 'Apple HLS authoring specification, trick play',
    fix: 'Offer lists of key pictures by EXT-X-I-FRAME-STREAM-INF, so that players can show what they seek through.',
  },
  reachable: {
    severity: 'fault',
    source: 'RFC 8216bis §6.2.1',
    fix: 'Make the list answer 200 to whoever holds the token of its file.',
  },
  'same-target': {
    severity: 'fault',
    source: 'RFC 8216bis §6.2.4',
    fix: 'Give all lists of a file the greatest of their target durations.',
  },
  aligned: {
    severity: 'fault',
    source: 'RFC 8216bis §6.2.4',
    fix: 'Cut all renditions at the same times, or players stutter where they switch.',
  },
  'media-type': {
    severity: 'fault',
    source: 'RFC 8216bis §4',
    fix: 'Serve lists as application/vnd.apple.mpegurl.',
  },
  compression: {
    severity: 'advice',
    source: 'Apple HLS authoring specification, delivery',
    fix: 'Compress lists with gzip for those who accept it.',
  },
} as const satisfies Readonly<Record<string, RuleText>>

export type Rule = keyof typeof rules
