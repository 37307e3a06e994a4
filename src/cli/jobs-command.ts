import { parseArgs } from 'node:util'
import { type JobState, jobStates } from '../domain/jobs/job.ts'
import { JobUid } from '../domain/media/ids.ts'
import { type Command, CommandError, usageError } from './command.ts'
import { jobLine } from './job-line.ts'
import type { Schemas } from './library-access.ts'
import { libraryCommand } from './library-command.ts'

const usage = 'jobs [--state STATE] | cancel UID | retry UID [--server URL]'

/** Maximum number of jobs that are listed, so that a long history does not hide the newest. */
const maxListed = 1000

const stateIn = (word: string | undefined): JobState | null => {
  if (word === undefined) return null
  const state = jobStates.find((one) => one === word)
  if (state === undefined) throw new CommandError(`--state ${word} is none of ${jobStates.join(', ')}`, 2)
  return state
}

/** Lists jobs, cancels one, or lets one wait again. */
export const jobsCommand: Command = libraryCommand({
  usage,
  about: 'Lists the jobs that make exports, newest first; cancels one, or retries one that has failed.',
  words: [
    ['--state STATE', `only jobs in this state: ${jobStates.join(', ')}`],
    ['cancel UID', 'ends a waiting or running job; its file gets no exports until the job is retried'],
    ['retry UID', 'lets a failed or cancelled job wait again'],
  ],
  run: ({ args, report, withLibrary }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { state: { type: 'string' } },
      allowPositionals: true,
    })
    const [action, uid, ...rest] = positionals
    const isChange = action === 'cancel' || action === 'retry'
    if (rest.length > 0 || (action !== undefined && (!isChange || !uid || values.state !== undefined)))
      throw usageError(usage)
    const state = stateIn(values.state)

    return withLibrary(async (library) => {
      const show = (job: Schemas['Job']) => report({ lines: [jobLine(job)], json: job })
      if (isChange && uid !== undefined) {
        if (!JobUid.is(uid)) throw new CommandError(`${uid} is not the uid of a job`, 2)
        show(await (action === 'cancel' ? library.cancelJob(uid) : library.retryJob(uid)))
        return 0
      }
      for await (const job of library.listJobs(state, maxListed)) show(job)
      return 0
    })
  },
})
