import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * The digest of each frame that ffmpeg decodes, in order. With `key pictures` only keyframes are returned.
 */
export const ffmpegFrames = async (
  path: string,
  only: 'all' | 'key pictures' = 'all',
): Promise<ReadonlyArray<string>> => {
  const filter = only === 'all' ? [] : ['-vf', 'select=eq(pict_type\\,I)']
  const decode = ['-v', 'fatal', '-i', path, ...filter, '-fps_mode', 'passthrough', '-f', 'framemd5', '-']
  const { stdout } = await run('ffmpeg', decode)
  return stdout
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(',').at(-1)?.trim() ?? '')
}
