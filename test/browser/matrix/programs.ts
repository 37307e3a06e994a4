import { chmod, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findProgram } from '../../../src/adapters/sandbox/find-program.ts'
import { type ProcessResult, runProcess } from '../support/run.ts'
import { durationFault, type Player, type Task } from './player.ts'

const timeoutMilliseconds = 240_000

const versionOf = (program: string, question: string) => async (): Promise<string | null> => {
  if (findProgram(program) === null) return null
  const { out, err } = await runProcess(program, [question])
  const text = out + err
  return /version (\d+(?:\.\d+)+)/.exec(text)?.[1] ?? /\d+(\.\d+)+/.exec(text)?.[0] ?? 'of unknown version'
}

const inFolder = async <A>(use: (folder: string) => Promise<A>): Promise<A> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'larder-player-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const bearer = (jwt: string) => `Authorization: bearer ${jwt}`
const failure = ({ code, err }: ProcessResult): string =>
  err.trim().split('\n').at(-1)?.slice(0, 100) || `exit code ${code}`

/** ffmpeg decodes the first video and the first audio stream. */
const ffmpeg: Player = {
  name: 'ffmpeg',
  version: versionOf('ffmpeg', '-version'),
  takes: (_, mode) => mode !== 'define',
  play: async ({ url, jwt, seconds, pictures }) => {
    const header = jwt === null ? [] : ['-headers', `${bearer(jwt)}\r\n`]
    const maps = ['-map', '0:v:0?', '-map', '0:a:0', '-f', 'null', '-']
    const args = ['-nostdin', '-v', 'error', '-progress', 'pipe:1', ...header, '-i', url, ...maps]
    const ran = await runProcess('ffmpeg', args, timeoutMilliseconds)
    if (ran.code !== 0) return failure(ran)
    const last = (name: string) => Number(ran.out.match(new RegExp(`(?<=^${name}=)\\d+`, 'gm'))?.at(-1) ?? 0)
    // The DASH demuxer of ffmpeg ends with the first stream that ends.
    if (pictures > 0 && last('frame') < pictures - 5) return `${last('frame')} of ${pictures} pictures`
    return durationFault(seconds, last('out_time_us') / 1_000_000)
  },
}

/** Returns the duration of a file in seconds. */
const secondsIn = async (file: string): Promise<number> => {
  const { out } = await runProcess('ffprobe', [
    '-v',
    'error',
    '-show_entries',
    'format=duration',
    '-of',
    'csv=p=0',
    file,
  ])
  return Number(out.trim() || 0)
}

/**
 * mpv is measured by the audio that it writes to a file, because it reports its position only a few times a
 * second.
 */
const mpv: Player = {
  name: 'mpv',
  version: versionOf('mpv', '--version'),
  takes: (_, mode) => mode !== 'define',
  play: ({ url, jwt, seconds }) =>
    inFolder(async (folder) => {
      const file = path.join(folder, 'played.wav')
      const header = jwt === null ? [] : [`--http-header-fields=${bearer(jwt)}`]
      const quick = ['--no-config', '--vo=null', '--untimed', '--ao=pcm', `--ao-pcm-file=${file}`]
      const ran = await runProcess('mpv', [...quick, ...header, url], timeoutMilliseconds)
      return ran.code === 0 ? durationFault(seconds, await secondsIn(file)) : failure(ran)
    }),
}

/** VLC refuses to run as root. Its output goes to a file. */
const vlc: Player = {
  name: 'VLC',
  version: async () => {
    if (findProgram('cvlc') === null) return null
    const { out } = await runProcess('dpkg-query', ['--show', 'vlc-bin'])
    return /\d+(\.\d+)+/.exec(out)?.[0] ?? 'of unknown version'
  },
  takes: (_, mode) => mode !== 'none' && mode !== 'define',
  play: ({ url, seconds }) =>
    inFolder(async (folder) => {
      await chmod(folder, 0o777)
      const file = path.join(folder, 'played.ts')
      const unprivileged = ['--reuid=65534', '--regid=65534', '--clear-groups']
      const wrap = process.getuid?.() === 0 ? ['setpriv', ...unprivileged, 'cvlc'] : ['cvlc']
      const [program = 'cvlc', ...before] = wrap
      const out = `#standard{access=file,mux=ts,dst=${file}}`
      const args = ['--no-sout-all', '--sout', out, url, 'vlc://quit']
      const env = Object.assign({}, process.env, { HOME: folder })
      const ran = await runProcess(program, [...before, ...args], timeoutMilliseconds, env)
      return (await stat(file).catch(() => null)) === null
        ? failure(ran)
        : durationFault(seconds, await secondsIn(file))
    }),
}

const soundRate = 48_000

const gstreamer: Player = {
  name: 'GStreamer',
  version: versionOf('gst-launch-1.0', '--version'),
  takes: (_, mode) => mode !== 'none' && mode !== 'define',
  play: ({ url, seconds, pictures, kind }: Task) =>
    inFolder(async (folder) => {
      const [videoFile, audioFile] = [path.join(folder, 'pictures'), path.join(folder, 'sound')]
      const gray = 'video/x-raw,format=GRAY8,width=32,height=18'
      const mono = `audio/x-raw,format=S16LE,channels=1,rate=${soundRate}`
      const pipeline = [
        `uridecodebin uri=${url} name=film`,
        ...(kind.of === 'film'
          ? [`film. ! queue ! videoconvert ! videoscale ! ${gray} ! filesink location=${videoFile}`]
          : []),
        `film. ! queue ! audioconvert ! audioresample ! ${mono} ! filesink location=${audioFile}`,
      ]
      const ran = await runProcess(
        'gst-launch-1.0',
        ['--quiet', ...pipeline.join(' ').split(' ')],
        timeoutMilliseconds,
      )
      if (ran.code !== 0) return failure(ran)
      const frames = kind.of === 'film' ? (await stat(videoFile)).size / 32 / 18 : 0
      if (frames < pictures) return `${frames} of ${pictures} pictures`
      return durationFault(seconds, (await stat(audioFile)).size / 2 / soundRate)
    }),
}

export const programs: ReadonlyArray<Player> = [ffmpeg, mpv, vlc, gstreamer]
