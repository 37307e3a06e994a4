import { join } from 'node:path'

/** Width, height and maxrate (kbit/s) of each rung of Larder's ladder for a video of 1920 × 1080. */
const ladder = [
  [1920, 1080, 5000],
  [1280, 720, 2800],
  [854, 480, 1400],
  [640, 360, 800],
] as const

/** Returns the arguments of one ffmpeg that encodes the same ladder: four videos and one audio track. */
export const bareFfmpeg = (path: string, folder: string): ReadonlyArray<string> => {
  const split = `[0:v]split=${ladder.length}${ladder.map((_, i) => `[s${i}]`).join('')}`
  const scaled = ladder.map(([w, h], i) => `[s${i}]scale=${w}:${h}:flags=bicubic,format=yuv420p[v${i}]`)
  const videoArgs = (rate: number, i: number) => [
    ...['-map', `[v${i}]`, '-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'high', '-crf', '22'],
    ...['-maxrate', `${rate}k`, '-bufsize', `${2 * rate}k`, '-g', '48', '-keyint_min', '48'],
    ...['-sc_threshold', '0', join(folder, `${i}.mp4`)],
  ]
  return [
    ...['-nostdin', '-v', 'error', '-y', '-i', path, '-filter_complex', [split, ...scaled].join(';')],
    ...ladder.flatMap(([, , rate], i) => videoArgs(rate, i)),
    ...['-map', '0:a', '-c:a', 'aac', '-b:a', '128k', '-ac', '2', join(folder, 'sound.mp4')],
  ]
}
