import type { Upload, UploadOwner } from './upload.ts'

/** Returns whether this caller has begun the upload. */
export const isOwnedBy = (upload: Upload, owner: UploadOwner): boolean =>
  owner.kind === 'admin'
    ? upload.owner.kind === 'admin' && upload.owner.sub === owner.sub
    : upload.owner.kind === 'ticket' && upload.owner.ticket === owner.ticket
