import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A digest of each frame that ffmpeg decodes of a film, in order; `key pictures`: of its keyframes alone. */
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
