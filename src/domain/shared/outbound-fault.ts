/** Why a request to another server got no usable answer. The names are for logs and metrics. */
export type OutboundReason = keyof typeof outboundFaultTexts

/** A request to another server failed. It never bears the URL, whose query may be a secret. */
export type OutboundFault = { readonly _tag: 'OutboundFault'; readonly reason: OutboundReason }

// The servers that only Larder can reach are not for a caller to explore, so that all faults before the first answer of
// a server have one text.
const unreachable = 'cannot be reached, or has an address that is not public'

/** The text of each fault continues "The server …", and may be shown to the caller. */
export const outboundFaultTexts = {
  /** The address is not http or https, has a user or a password, or is too long. */
  invalid_url: 'has no address that may be fetched: http or https without user and password',
  /** The port is neither 80 nor 443. */
  port: 'has a port other than 80 and 443',
  unresolved: unreachable,
  not_public: unreachable,
  refused: unreachable,
  time_out: unreachable,
  tls: 'has no valid certificate',
  invalid_answer: 'sends no valid HTTP',
  /** It redirects too often, from https to http, or to no valid address. */
  redirect: 'redirects too often, from https to http, or to an address that may not be fetched',
  stalled: 'does not send its answer in time',
  too_large: 'sends more than is accepted',
  /** The connection ended before the end of the body. */
  broken_off: 'breaks off its answer',
  /** The caller's signal was aborted. */
  stopped: 'was not waited for',
} as const

export const outboundFault = (reason: OutboundReason): OutboundFault => ({ _tag: 'OutboundFault', reason })

class OutboundError extends Error {
  readonly fault: OutboundFault

  constructor(fault: OutboundFault) {
    super(`the server ${outboundFaultTexts[fault.reason]}`)
    this.fault = fault
  }
}

/** Wraps a fault in an error, so that the stream of a body can throw it. */
export const toOutboundError = (fault: OutboundFault): Error => new OutboundError(fault)

/** Returns the fault that the stream of a body has thrown; `null` for any other error. */
export const outboundFaultOf = (cause: unknown): OutboundFault | null =>
  cause instanceof OutboundError ? cause.fault : null
