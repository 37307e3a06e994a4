import { writeFile } from 'node:fs/promises'
import type { BenchContext, Figure } from './figures/figure.ts'
import { p0Peers } from './figures/p0-peers.ts'
import { p1Lists } from './figures/p1-lists.ts'
import { p2ListBodies } from './figures/p2-list-bodies.ts'
import { p2Lists } from './figures/p2-lists.ts'
import { p3Bytes } from './figures/p3-bytes.ts'
import { p4Crowd } from './figures/p4-crowd.ts'
import { p5Entries } from './figures/p5-entries.ts'
import { p6Library } from './figures/p6-library.ts'
import { p7Transcode } from './figures/p7-transcode.ts'
import { p8Memory } from './figures/p8-memory.ts'
import { p9BesideReads } from './figures/p9-beside-reads.ts'
import { p9Uploads } from './figures/p9-uploads.ts'
import { p10Changes } from './figures/p10-changes.ts'
import { p13Workers } from './figures/p13-workers.ts'
import { type Lab, openLab } from './larder/lab.ts'
import { wrkVersion } from './load/wrk.ts'
import { type Options, optionsOf, USAGE } from './options.ts'
import { machineFacts } from './report/machine.ts'
import { formatFindings } from './report/table.ts'

/** All figures. To add one, add a file to bench/figures and its export to this list. */
const FIGURES: ReadonlyArray<Figure> = [
  p0Peers,
  p1Lists,
  p2ListBodies,
  p2Lists,
  p3Bytes,
  p4Crowd,
  p5Entries,
  p6Library,
  p7Transcode,
  p8Memory,
  p9Uploads,
  p9BesideReads,
  p10Changes,
  p13Workers,
]

const measureAll = async (figures: ReadonlyArray<Figure>, context: BenchContext) => {
  const reports = []
  for (const { id, title, needs, run } of figures) {
    console.log(`\n${id}  ${title}`)
    const { server } = context
    const missing = server === undefined ? [] : needs.filter((name) => server.warm[name] === undefined)
    if (missing.length > 0) {
      console.log(`not measured: needs --warm for ${missing.join(', ')}`)
      continue
    }
    const findings = await run(context)
    console.log(formatFindings(findings))
    reports.push({ id, title, findings })
  }
  return reports
}

const bench = async (options: Options, date: string): Promise<void> => {
  const isWanted = (id: string) =>
    options.figures.some((wanted) => id === wanted || id.startsWith(`${wanted}-`))
  const wanted = FIGURES.filter(({ id }) => options.figures.length === 0 || isWanted(id))
  let lab: Promise<Lab> | undefined
  const openLabOnce = () => {
    lab ??= openLab()
    return lab
  }
  const { smoke, out, server } = options
  const generator = options.generator ?? ((await wrkVersion()) === undefined ? 'own' : 'wrk')
  const settings = { ...options.settings, generator }
  const figures = await measureAll(wanted, { settings, smoke, server, lab: openLabOnce }).finally(async () =>
    (await lab)?.stop(),
  )

  const results = { date, smoke, machine: await machineFacts(), settings, figures }
  await writeFile(out, `${JSON.stringify(results, null, 2)}\n`)
  console.log(`\n${out} is written${smoke ? '; a smoke run, its numbers mean nothing' : ''}`)
}

const options = ((): Options | undefined => {
  try {
    return optionsOf(process.argv.slice(2))
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`)
    return undefined
  }
})()
if (options === undefined) process.exitCode = 2
else await bench(options, options.date ?? new Date().toISOString())
