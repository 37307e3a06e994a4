import { parseArgs } from 'node:util'
import type { LibraryEvent } from '#larder-client'
import { parseEventId } from '../domain/events/event-id.ts'
import { AnyUid, JobUid } from '../domain/media/ids.ts'
import { type Command, type CommandContext, CommandError, usageError } from './command.ts'
import { libraryCommand } from './library-command.ts'
import { closingSeconds } from './stop-budget.ts'
import { listenForStop } from './stop-request.ts'

const usage = 'events [--media UID] [--job UID] [--after ID] [--server URL]'

const options = { media: { type: 'string' }, job: { type: 'string' }, after: { type: 'string' } } as const

const given = (
  name: string,
  text: string | undefined,
  what: string,
  isValid: (text: string) => boolean,
): string | null => {
  if (text === undefined || isValid(text)) return text ?? null
  throw new CommandError(`--${name} ${text} is not the ${what}`, 2)
}

const printEvent = (report: CommandContext['report'], { id, type, timestamp, data }: LibraryEvent): void => {
  const facts = [data.job, data.state, data.stage, data.reason ?? data.title]
  const progress = type === 'job.progress' ? `${Math.round(100 * (data.progress ?? 0))} %` : null
  const words = [timestamp, type.padEnd(14), data.uid, ...facts, progress, id]
  report({
    lines: [words.filter((word) => typeof word === 'string').join('  ')],
    json: { id, type, timestamp, data },
  })
}

/** Prints what happens to the files of the library, until a stop signal. */
export const eventsCommand: Command = libraryCommand({
  usage,
  about:
    'Prints what happens to files, and how far jobs are, until Ctrl-C. The last word of a line is the id of the event.',
  words: [
    ['--media UID', 'only the events of this file'],
    ['--job UID', 'only the progress of this job'],
    ['--after ID', 'first the events after this one, of the last day'],
  ],
  run: async ({ args, report, withLibrary }) => {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    if (positionals.length > 0) throw usageError(usage)
    const filter = {
      media: given('media', values.media, 'uid of a file', AnyUid.is),
      job: given('job', values.job, 'uid of a job', JobUid.is),
    }
    const after = given('after', values.after, 'id of an event', (text) => parseEventId(text) !== null)
    const stop = listenForStop(() => closingSeconds)
    const running = withLibrary(async (library) => {
      for await (const event of library.followEvents(filter, after, stop.signal)) printEvent(report, event)
      return 0
    })
    return stop.track('closing of the library', running)
  },
})
