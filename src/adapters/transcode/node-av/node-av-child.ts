import './promise-with-resolvers.ts'

import { Log } from 'node-av'
import { AV_LOG_ERROR } from 'node-av/constants'
import { E } from '../../../fp.ts'
import { describeNodeAv } from './node-av-describe.ts'
import { encodeByNodeAv } from './node-av-encode.ts'
import { type ChildReply, ChildRequest } from './node-av-messages.ts'
import { peakRateOf } from './node-av-peak-rate.ts'
import { probeByNodeAv } from './node-av-probe.ts'
import { remuxByNodeAv } from './node-av-remux.ts'
import { timeSpanOf } from './node-av-time-span.ts'

/** The program of the child that node-av-engine.ts forks: one question, one answer, and out. */
const answer = async (request: ChildRequest): Promise<unknown> => {
  switch (request.kind) {
    case 'describe':
      return describeNodeAv()
    case 'probe':
      return probeByNodeAv(request.path)
    case 'peak-rate':
      return peakRateOf(request.path, request.streamIndex)
    case 'time-span':
      return timeSpanOf(request.path, request.streamIndexes)
    case 'encode':
      return encodeByNodeAv(request.job, (seconds) => reply({ kind: 'progress', seconds }))
    case 'remux':
      return remuxByNodeAv(request.job)
  }
}

const reply = (message: ChildReply, sent: () => void = () => {}): void => {
  process.send?.(message, sent)
}

// The parent is gone, and with it the reader of the answer: not even a decoder that hangs may go on.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))

process.once('message', async (message) => {
  Log.setLevel(AV_LOG_ERROR)
  // Native threads may still run: only an exit ends them all.
  const out = () => process.exit(0)
  try {
    const request = ChildRequest.decode(message)
    if (E.isLeft(request)) throw new Error('not a question')
    reply({ kind: 'done', value: await answer(request.right) }, out)
  } catch (error) {
    reply({ kind: 'failed', detail: error instanceof Error ? error.message : String(error) }, out)
  }
})
