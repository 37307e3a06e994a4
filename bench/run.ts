import { writeFile } from 'node:fs/promises'
import type { Figure } from './figures/figure.ts'
import { p0Peers } from './figures/p0-peers.ts'
import { p2ListBodies } from './figures/p2-list-bodies.ts'
import { p2Lists } from './figures/p2-lists.ts'
import { p3Bytes } from './figures/p3-bytes.ts'
import { type Options, optionsOf, USAGE } from './options.ts'
import { machineFacts } from './report/machine.ts'
import { tableOf } from './report/table.ts'

/** A new figure is a file beside these, and its name here. */
const FIGURES: ReadonlyArray<Figure> = [p0Peers, p2ListBodies, p2Lists, p3Bytes]

const bench = async (options: Options, date: string): Promise<void> => {
  const reports = []
  for (const figure of FIGURES) {
    if (options.figures.length > 0 && !options.figures.includes(figure.id)) continue
    console.log(`\n${figure.id}  ${figure.title}`)
    const missing = figure.needs.filter((name) => options.server?.warm[name] === undefined)
    if (missing.length > 0) {
      console.log(`not measured: needs --server and --warm for ${missing.join(', ')}`)
      continue
    }
    const findings = await figure.run(options)
    console.log(tableOf(findings))
    reports.push({ id: figure.id, title: figure.title, findings })
  }

  const { smoke, settings, out } = options
  const results = { date, smoke, machine: await machineFacts(), settings, figures: reports }
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
