import type { Schemas } from './library-access.ts'

type Job = Schemas['Job']

const running = ({ progress, stage, speed, eta_seconds }: Job): string =>
  [
    `running ${Math.floor(progress * 100)} %`,
    ...(stage === null ? [] : [stage]),
    ...(speed === null ? [] : [`${speed.toFixed(1)}×`]),
    ...(eta_seconds === null ? [] : [`${Math.ceil(eta_seconds)} s left`]),
  ].join(', ')

/** Returns the line of a job in a list. */
export const jobLine = (job: Job): string => {
  const { uid, state, kind, media, error } = job
  return [
    uid,
    state === 'running' ? running(job) : state,
    kind,
    media,
    ...(error === null ? [] : [error]),
  ].join('  ')
}
