import type { RequestListener } from 'node:http'
import { AssertionError } from 'chai'
import { readApiDocument } from './api-document.ts'
import { type CheckReply, createCheckReply } from './check-reply.ts'
import { observeReplies } from './observe-replies.ts'

let checkReply: CheckReply | null = null

export type DescribedReplies = {
  readonly wrap: (listener: RequestListener) => RequestListener
  /** Throws if the server has sent a reply that docs/openapi.json does not describe. */
  readonly expectDescribed: () => void
}

/** Compares all replies of a server with docs/openapi.json. */
export const createDescribedReplies = (): DescribedReplies => {
  checkReply ??= createCheckReply(readApiDocument())
  const check = checkReply
  const faults: string[] = []
  return {
    wrap: (listener) =>
      observeReplies(listener, (reply) => {
        const fault = check(reply)
        if (fault !== null) faults.push(fault)
      }),
    expectDescribed: () => {
      const [first] = faults.splice(0)
      if (first !== undefined) throw new AssertionError(first)
    },
  }
}
