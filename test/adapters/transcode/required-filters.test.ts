import { expect } from 'chai'
import { requiredFilters } from '../../../src/adapters/transcode/process/decoder-limits.ts'
import { planMedia } from '../../../src/domain/ingest/plan/media-ladder.ts'
import { recipeJobs, recipeSources } from '../../support/recipe-sources.ts'

/** Names of the filters in a graph. A quoted value may contain commas, and an escaped comma belongs to a value. */
const filtersIn = (graph: string): ReadonlyArray<string> =>
  graph
    .replace(/'[^']*'|\\./g, '')
    .split(/[,;]/)
    .map((filter) => /^(?:\[\w+\])*(\w+)/.exec(filter)?.[1] ?? filter)

/** See ffmpeg-first-frames.ts. */
const ofFirstFrames = ['scale', 'select', 'sidedata', 'split', 'trim']

describe('the filters that every engine must have', () => {
  it('are those that the recipe and the first look at a film use', () => {
    const used = recipeSources
      .flatMap((source) => {
        const plan = planMedia(source)
        return [null, 'colours.cube'].flatMap((cube) => recipeJobs(source, plan, cube))
      })
      .flatMap((job) => [job?.video, job?.audio])
      .flatMap((stream) => (stream ? [stream.normalization, stream.graph] : []))
      .flatMap(filtersIn)
    expect([...new Set([...used, ...ofFirstFrames])]).to.have.members(requiredFilters)
  })
})
