import { testEvent, webhookLimits } from '../../domain/webhooks/webhook.ts'
import { deliveryLeaseMs, senderLeaseMs } from '../../ports/webhook-deliveries.ts'
import { epochMilliseconds, intervalOf } from './sql-times.ts'
import { beforeOthers, deliveryColumns, webhookColumns } from './webhook-rows.ts'

/** The old secrets of the webhook `w` that still sign, each with the end of that in milliseconds since 1970. */
const validOldSecrets = `
  select s.value from jsonb_array_elements(w.old_secrets) with ordinality s (value, n)
  where cast(s.value ->> 'until' as bigint) > ${epochMilliseconds('now()')} order by s.n`

export const insertWebhook = `
  insert into webhooks as w (uid, url, events, secret) values (:uid, :url, :events, :secret)
  returning ${webhookColumns}`

export const rotateSecret = `
  update webhooks w set
    secret = :secret,
    old_secrets = jsonb_build_array(jsonb_build_object(
      'secret', w.secret, 'until', ${epochMilliseconds('now()')} + ${webhookLimits.oldSecretMs}
    )) || (select coalesce(jsonb_agg(v.value), '[]') from (${validOldSecrets}) v)
  where w.uid = :uid and w.removed_at is null
    and (select count(*) from (${validOldSecrets}) v) < ${webhookLimits.secrets} - 1
  returning ${webhookColumns}`

/** The webhook keeps its row until its deliveries are deleted. */
export const removeWebhook = `
  update webhooks set removed_at = now(), url = '', secret = '', old_secrets = '[]'
  where uid = :uid and removed_at is null`

export const enableWebhook = `
  update webhooks w set off_at = null, off_reason = null, failures = 0, failing_since = null, resumes_at = '-infinity'
  where w.uid = :uid and w.removed_at is null
  returning ${webhookColumns}`

/** Adds a test of a webhook that is on, unless there was one within the last second. */
export const insertTest = `
  with w as (
    update webhooks set tested_at = now(), resumes_at = '-infinity'
    where uid = :uid and off_at is null and removed_at is null
      and tested_at <= now() - ${intervalOf(webhookLimits.testMs)}
    returning id, uid
  ), d as (
    insert into webhook_deliveries (webhook_id, event, type, data, run_at)
    select w.id, new_event_uid(), '${testEvent}', jsonb_build_object('uid', w.uid), ${beforeOthers} from w
    returning *
  )
  select ${deliveryColumns} from d`

/** Lets a delivery be tried again if its webhook is on and it is not under way. */
export const retryDelivery = `
  with d as (
    update webhook_deliveries one set
      state = 'waiting', run_at = ${beforeOthers}, lease_token = null, tries = 0, first_tried_at = null
    from webhooks w
    where w.uid = :uid and w.removed_at is null and w.off_at is null and one.webhook_id = w.id and one.id = :id
      and (one.lease_token is null or one.run_at <= now())
    returning one.*
  ), resumed as (
    update webhooks set resumes_at = '-infinity' from d where webhooks.id = d.webhook_id
  )
  select ${deliveryColumns} from d`

/** Number of deliveries of the webhook `w` that may be taken now. */
const freeLanes = `
  greatest(0, case when w.failures > 0 then 1 else ${webhookLimits.lanes} end - (
    select count(*) from webhook_deliveries l
    where l.webhook_id = w.id and l.lease_token is not null and l.run_at > now()
  ))`

// An array of ids, and no join: PostgreSQL cannot estimate the limit of free lanes, expects thousands of rows, and reads
// the whole table.
export const takeDeliveries = `
  with due as (
    select d.id from webhooks w cross join lateral (
      select one.id from webhook_deliveries one
      where one.webhook_id = w.id and one.state = 'waiting' and one.run_at <= now()
      order by one.run_at, one.id limit ${freeLanes} for update skip locked
    ) d
    where w.off_at is null and w.removed_at is null and w.resumes_at <= now()
  ), leased as (
    update webhook_deliveries d set
      lease_token = gen_random_uuid(), run_at = now() + ${intervalOf(deliveryLeaseMs)}, tries = d.tries + 1,
      first_tried_at = coalesce(d.first_tried_at, now()), tried_at = now()
    where d.id = any(array(select id from due))
    returning d.*
  )
  select d.id, d.lease_token, d.event, d.type, d.data, d.tries, ${epochMilliseconds('d.created_at')} as created_at,
         cast(extract(epoch from now() - d.first_tried_at) * 1000 as double precision) as tried_for_ms,
         w.uid as webhook, w.url, w.failures,
         jsonb_build_array(w.secret)
           || (select coalesce(jsonb_agg(v.value -> 'secret'), '[]') from (${validOldSecrets}) v) as secrets
  from leased d join webhooks w on w.id = d.webhook_id
  order by d.id`

/** Whether all tries of the webhook have failed for too long, the one that fails now included. */
const isFailing = `failing_since <= now() - ${intervalOf(webhookLimits.failingMs)}
  and failed_at > now() - ${intervalOf(webhookLimits.idleMs)}`

/** Selects why this try has switched the webhook off, if it has. Selects no row if the lease is lost. */
export const settleDelivery = `
  with d as (
    update webhook_deliveries set
      state = case :result when 'tried again' then 'waiting' else :result end,
      run_at = now() + ${intervalOf(':delay')}, lease_token = null,
      status = :status, answer = :answer, error = :error
    where id = :id and lease_token = cast(:token as uuid)
    returning webhook_id
  ), succeeded as (
    update webhooks w set
      failures = 0, failing_since = null, failed_at = null, delivered_at = now(), resumes_at = '-infinity'
    from d where w.id = d.webhook_id and :result = 'delivered'
  ), failed as (
    update webhooks w set
      failures = w.failures + 1, failed_at = now(), resumes_at = now() + ${intervalOf(':pause')},
      failing_since = case
        when w.failed_at > now() - ${intervalOf(webhookLimits.idleMs)} then coalesce(w.failing_since, now()) else now() end,
      off_at = coalesce(w.off_at, case when :isGone or (${isFailing}) then now() end),
      off_reason = coalesce(w.off_reason, case when :isGone then 'gone' when (${isFailing}) then 'failing' end)
    from d, (select id, off_at from webhooks) before
    where w.id = d.webhook_id and before.id = w.id and :result <> 'delivered'
    returning case when before.off_at is null then w.off_reason end as off_reason
  )
  select (select off_reason from failed) as off_reason from d`

export const handBackDelivery = `
  update webhook_deliveries set
    run_at = now(), lease_token = null, tries = tries - 1,
    first_tried_at = case when tries > 1 then first_tried_at end
  where id = :id and lease_token = cast(:token as uuid)`

export const claimSending = `
  insert into webhook_senders as s (machine, process, until)
  values (:machine, :process, now() + ${intervalOf(senderLeaseMs)})
  on conflict (machine) do update set process = excluded.process, until = excluded.until
  where s.process = excluded.process or s.until < now()`

/** Deletes old deliveries; the bindings are the age and the limit. */
export const deleteOldDeliveries = `
  delete from webhook_deliveries where id in (
    select id from webhook_deliveries where created_at < now() - ${intervalOf('?')}
    order by created_at limit ? for update skip locked
  ) returning id`

export const deleteDeliveriesOfRemoved = `
  delete from webhook_deliveries where id in (
    select d.id from webhooks w cross join lateral (
      select one.id from webhook_deliveries one where one.webhook_id = w.id order by one.id limit ? for update skip locked
    ) d where w.removed_at is not null limit ?
  ) returning id`

export const deleteRemovedWebhooks = `
  delete from webhooks w where w.removed_at < now() - interval '1 hour'
    and not exists (select from webhook_deliveries d where d.webhook_id = w.id)`
