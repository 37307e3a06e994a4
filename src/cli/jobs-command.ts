import { parseArgs } from 'node:util'
import { type Job, type JobState, jobStates } from '../domain/jobs/job.ts'
import { jobAsJson } from '../domain/jobs/job-json.ts'
import { JobUid } from '../domain/media/ids.ts'
import type { JobPage } from '../ports/job-queue.ts'
import { alwaysNeedsLibrary, type Command, CommandError, usageError } from './command.ts'
import { jobLine } from './job-line.ts'
import { withServices } from './library.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'

const usage = 'jobs [--state STATE] | cancel UID | retry UID'

/** Number of jobs that are read at once. */
const pageSize = 200
/** Maximum number of jobs that are listed, so that a long history does not hide the newest. */
const maxListed = 1000

const stateIn = (word: string | undefined): JobState | null => {
  if (word === undefined) return null
  const state = jobStates.find((one) => one === word)
  if (state === undefined) throw new CommandError(`--state ${word} is none of ${jobStates.join(', ')}`, 2)
  return state
}

/** Lists jobs, cancels one, or lets one wait again. */
export const jobsCommand: Command = {
  usage,
  about: 'Lists the jobs that make exports, newest first; cancels one, or retries one that has failed.',
  words: [
    ['--state STATE', `only jobs in this state: ${jobStates.join(', ')}`],
    ['cancel UID', 'ends a waiting or running job; its file gets no exports until the job is retried'],
    ['retry UID', 'lets a failed or cancelled job wait again'],
  ],
  needsLibrary: alwaysNeedsLibrary,
  run: ({ config, args, report }) => {
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

    return withServices(config, async ({ jobService, database }) => {
      await orThrowCommandError(database.migrate)
      const show = (job: Job) => report({ lines: [jobLine(job)], json: jobAsJson(job) })
      if (isChange && uid !== undefined) {
        if (!JobUid.is(uid)) throw new CommandError(`${uid} is not the uid of a job`, 2)
        show(await orThrowCommandError(jobService[action](uid)))
        return 0
      }
      let after: number | null = null
      for (let listed = 0; listed < maxListed; listed += pageSize) {
        const filter = { state, kind: null, media: null }
        const page: JobPage = await orThrowCommandError(jobService.list(filter, pageSize, after))
        page.items.forEach(show)
        if (page.next === null) break
        after = page.next
      }
      return 0
    })
  },
}
