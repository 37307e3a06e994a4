import { LarderError } from './larder-error.ts'

/** Returns the error of a reply that no Larder sends. */
export const unexpectedReply = (
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  message: string,
  cause?: unknown,
): LarderError =>
  new LarderError({
    ...{ type: 'unexpected_reply', status, message },
    requestId: headers.get('x-request-id'),
    ...(cause !== undefined && { cause }),
  })
