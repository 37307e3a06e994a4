import './promise-with-resolvers.ts'

import { Log } from 'node-av'
import { AV_LOG_ERROR } from 'node-av/constants'
import { E } from '../../../fp.ts'
import { receiveRequestFromParent, replyToParent } from '../../platform/answer-parent.ts'
import { describeNodeAv } from './node-av-describe.ts'
import { encodeWithNodeAv } from './node-av-encode.ts'
import { type ChildReply, ChildRequest } from './node-av-messages.ts'
import { packetSpansOf } from './node-av-packet-spans.ts'
import { measurePeakFrameRate } from './node-av-peak-frame-rate.ts'
import { probeWithNodeAv } from './node-av-probe.ts'
import { remuxWithNodeAv } from './node-av-remux.ts'

/**
 * The main module of the child process that node-av-engine.ts starts. The process handles one request and
 * exits.
 */
const answer = async (request: ChildRequest): Promise<unknown> => {
  switch (request.kind) {
    case 'describe':
      return describeNodeAv()
    case 'probe':
      return probeWithNodeAv(request.path)
    case 'peak-rate':
      return measurePeakFrameRate(request.path, request.streamIndex)
    case 'packet-spans':
      return packetSpansOf(request.path, request.streamIndexes, request.jumpSeconds)
    case 'encode':
      return encodeWithNodeAv(request.job, (seconds) => reply({ kind: 'progress', seconds }))
    case 'remux':
      return remuxWithNodeAv(request.job)
  }
}

const reply = (message: ChildReply): void => replyToParent(message)

receiveRequestFromParent(async (message) => {
  Log.setLevel(AV_LOG_ERROR)
  try {
    const request = ChildRequest.decode(message)
    if (E.isLeft(request)) throw new Error('malformed request')
    reply({ kind: 'done', value: await answer(request.right) })
  } catch (error) {
    reply({ kind: 'failed', detail: error instanceof Error ? error.message : String(error) })
  }
  // Native threads may still run: exit() ends all of them.
  process.exit(0)
})
