import type { Job } from '../domain/jobs/job.ts'

const running = ({ progress, stage, speed, etaSeconds }: Job): string =>
  [
    `running ${Math.floor(progress * 100)} %`,
    ...(stage === null ? [] : [stage]),
    ...(speed === null ? [] : [`${speed.toFixed(1)}×`]),
    ...(etaSeconds === null ? [] : [`${Math.ceil(etaSeconds)} s left`]),
  ].join(', ')

/** Returns the line of a job in a list. */
export const jobLine = (job: Job): string => {
  const { uid, state, kind, media, error } = job
  return [
    uid,
    state === 'running' ? running(job) : state,
    kind,
    media.uid,
    ...(error === null ? [] : [error]),
  ].join('  ')
}
