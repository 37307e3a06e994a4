import { parseArgs } from 'node:util'
import type { Larder } from '../composition/larder.ts'
import { formatEventId, parseEventId } from '../domain/events/event-id.ts'
import { type FeedItem, progressItem, stepOfJob } from '../domain/events/feed-item.ts'
import { openEventFeed } from '../domain/events/follow-events.ts'
import { AnyUid, JobUid } from '../domain/media/ids.ts'
import { pipe, TE } from '../fp.ts'
import { alwaysNeedsLibrary, type Command, type CommandContext, CommandError, usageError } from './command.ts'
import { withServices } from './library.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'
import { closingSeconds } from './stop-budget.ts'
import { listenForStop } from './stop-request.ts'

const usage = 'events [--media UID] [--job UID] [--after ID]'

const options = { media: { type: 'string' }, job: { type: 'string' }, after: { type: 'string' } } as const

const uidOf = (name: string, text: string | undefined): string | null => {
  if (text === undefined || AnyUid.is(text)) return text ?? null
  throw new CommandError(`--${name} ${text} is no uid`, 2)
}

const printItem = (report: CommandContext['report'], { type, place, json }: FeedItem): void => {
  const { timestamp, data } = JSON.parse(json)
  const id = place === null ? null : formatEventId(place)
  const facts = [data.job, data.state, data.stage, data.reason ?? data.title].filter(
    (fact) => typeof fact === 'string',
  )
  const progress = type === 'job.progress' ? `${Math.round(100 * data.progress)} %` : null
  const words = [timestamp, type.padEnd(14), data.uid, ...facts, progress, id]
  report({
    lines: [words.filter((word) => typeof word === 'string').join('  ')],
    json: { id, type, timestamp, data },
  })
}

const readStep =
  ({ jobService, clock }: Larder) =>
  (job: string | null) =>
    job === null || !JobUid.is(job)
      ? TE.right(null)
      : pipe(
          jobService.find(job),
          TE.map((found) => progressItem(stepOfJob(found), clock())),
        )

/** Prints what happens to the files of the library, until a stop signal. */
export const eventsCommand: Command = {
  usage,
  about:
    'Prints what happens to files, and how far jobs are, until Ctrl-C. The last word of a line is the id of the event.',
  words: [
    ['--media UID', 'only the events of this file'],
    ['--job UID', 'only the progress of this job'],
    ['--after ID', 'first the events after this one, of the last day'],
  ],
  needsLibrary: alwaysNeedsLibrary,
  run: async ({ config, args, report }) => {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    if (positionals.length > 0) throw usageError(usage)
    const filter = { media: uidOf('media', values.media), job: uidOf('job', values.job) }
    const after = values.after === undefined ? null : (parseEventId(values.after) ?? 'unknown')
    const stop = listenForStop(() => closingSeconds)
    const running = withServices(config, async (larder) => {
      const { database, eventHub, clock, monotonic, sleep } = larder
      await orThrowCommandError(database.migrate)
      const step = readStep(larder)(filter.job)
      await orThrowCommandError(step)
      const reading = eventHub.run(stop.signal)
      const feed = await orThrowCommandError(
        openEventFeed(
          {
            ...{ hub: eventHub, clock, monotonic, sleep, readStep: step, isStopping: stop.isRequested },
            authorize: TE.right(undefined),
          },
          { filter, after },
        ),
      )
      for await (const { items } of feed.follow(stop.signal))
        for (const item of items) printItem(report, item)
      feed.close()
      await reading
      return 0
    })
    return stop.track('closing of the database', running)
  },
}
