import type { components, operations, paths } from '../docs/openapi.d.ts'
import type { JobJson } from '../src/domain/jobs/job-json.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <_T extends true>(): void => undefined

// A client of the document has the types of the writers.
const job = (read: components['schemas']['Job']): JobJson => ({ ...read })
type JobReply = paths['/api/1/admin/jobs/{uid}']['get']['responses'][200]['content']['application/json']
holds<Equal<JobReply, components['schemas']['Job']>>()

holds<Equal<operations['showJob']['parameters']['path'], { readonly uid: string }>>()
holds<Equal<components['schemas']['MediaState']['progress'], number | null>>()
holds<Equal<operations['listMedia']['requestBody'], undefined>>()
type Change = operations['changeMedia']['requestBody']['content']['application/json']
const change: Change = { title: null }
// @ts-expect-error: a member that is not known
const unknownMember: Change = { titel: 'a' }
// @ts-expect-error: a header that is required
const headers: operations['changeMedia']['parameters']['header'] = {}

export const typed = [job, change, unknownMember, headers]
