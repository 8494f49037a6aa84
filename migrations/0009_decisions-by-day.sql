-- Decisions and audits become tables that are partitioned by the day of "at". The tables as they are turn into the
-- default partitions of the new ones, in place: no row is copied. What takes time is new indexes and the sums over all
-- that was decided so far, some six seconds for a million decisions (2 cores), during which nobody else can use them.
-- Partitions stand in a schema of their own; days get theirs while the control plane runs (db/partitions/).
CREATE TABLE "decision_deltas" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"deployment_id" text NOT NULL,
	"group_name" text NOT NULL,
	"tier" text NOT NULL,
	"reason" text NOT NULL,
	"images" integer NOT NULL,
	"by_fallback" integer NOT NULL,
	"latency_sum_ms" double precision NOT NULL,
	"energy_sum_j" double precision NOT NULL,
	"latency_counts" integer[] NOT NULL,
	"energy_counts" integer[] NOT NULL,
	"audits" integer NOT NULL,
	"disagreed" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "decision_hours" (
	"hour" timestamp with time zone NOT NULL,
	"deployment_id" text NOT NULL,
	"group_name" text NOT NULL,
	"tier" text NOT NULL,
	"reason" text NOT NULL,
	"images" integer NOT NULL,
	"by_fallback" integer NOT NULL,
	"latency_sum_ms" double precision NOT NULL,
	"energy_sum_j" double precision NOT NULL,
	"latency_counts" integer[] NOT NULL,
	"energy_counts" integer[] NOT NULL,
	"audits" integer NOT NULL,
	"disagreed" integer NOT NULL,
	CONSTRAINT "decision_hours_hour_deployment_id_group_name_tier_reason_pk" PRIMARY KEY("hour","deployment_id","group_name","tier","reason")
);
--> statement-breakpoint
CREATE TABLE "decision_marks" (
	"device_id" text PRIMARY KEY NOT NULL,
	"up_to" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "decision_marks" ADD CONSTRAINT "decision_marks_device_id_devices_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."devices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
DROP INDEX "devices_group";--> statement-breakpoint
CREATE INDEX "devices_group" ON "devices" USING btree ("group_name","name");--> statement-breakpoint

ALTER TABLE "audits" DROP CONSTRAINT "audits_device_id_devices_id_fk";--> statement-breakpoint
ALTER TABLE "decisions" DROP CONSTRAINT "decisions_device_id_devices_id_fk";--> statement-breakpoint
ALTER TABLE "audits" DROP CONSTRAINT "audits_device_id_sequence_pk";--> statement-breakpoint
ALTER TABLE "decisions" DROP CONSTRAINT "decisions_device_id_sequence_pk";--> statement-breakpoint
ALTER TABLE "audits" ADD CONSTRAINT "audits_device_id_sequence_at_pk" PRIMARY KEY("device_id","sequence","at");--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_device_id_sequence_at_pk" PRIMARY KEY("device_id","sequence","at");--> statement-breakpoint
ALTER TABLE "audits" ADD COLUMN "arrived_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "decisions" ADD COLUMN "arrived_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "audits_by_time" ON "audits" USING btree ("at");--> statement-breakpoint
CREATE INDEX "audits_by_arrival" ON "audits" USING btree ("arrived_at") WHERE "audits"."arrived_at" is not null;--> statement-breakpoint
CREATE INDEX "decisions_by_reason" ON "decisions" USING btree ("reason","at");--> statement-breakpoint
CREATE INDEX "decisions_by_arrival" ON "decisions" USING btree ("arrived_at") WHERE "decisions"."arrived_at" is not null;--> statement-breakpoint

CREATE SCHEMA "partitions";--> statement-breakpoint
ALTER TABLE "decisions" SET SCHEMA "partitions";--> statement-breakpoint
ALTER TABLE "partitions"."decisions" RENAME TO "decisions_default";--> statement-breakpoint
CREATE TABLE "decisions" (LIKE "partitions"."decisions_default") PARTITION BY RANGE ("at");--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_device_id_sequence_at_pk" PRIMARY KEY("device_id","sequence","at");--> statement-breakpoint
CREATE INDEX "decisions_by_time" ON "decisions" USING btree ("at");--> statement-breakpoint
CREATE INDEX "decisions_by_deployment" ON "decisions" USING btree ("deployment_id","at");--> statement-breakpoint
CREATE INDEX "decisions_by_reason" ON "decisions" USING btree ("reason","at");--> statement-breakpoint
CREATE INDEX "decisions_by_arrival" ON "decisions" USING btree ("arrived_at") WHERE "decisions"."arrived_at" is not null;--> statement-breakpoint
ALTER TABLE "decisions" ATTACH PARTITION "partitions"."decisions_default" DEFAULT;--> statement-breakpoint
ALTER TABLE "audits" SET SCHEMA "partitions";--> statement-breakpoint
ALTER TABLE "partitions"."audits" RENAME TO "audits_default";--> statement-breakpoint
CREATE TABLE "audits" (LIKE "partitions"."audits_default") PARTITION BY RANGE ("at");--> statement-breakpoint
ALTER TABLE "audits" ADD CONSTRAINT "audits_device_id_sequence_at_pk" PRIMARY KEY("device_id","sequence","at");--> statement-breakpoint
CREATE INDEX "audits_by_deployment" ON "audits" USING btree ("deployment_id","at");--> statement-breakpoint
CREATE INDEX "audits_by_time" ON "audits" USING btree ("at");--> statement-breakpoint
CREATE INDEX "audits_by_arrival" ON "audits" USING btree ("arrived_at") WHERE "audits"."arrived_at" is not null;--> statement-breakpoint
ALTER TABLE "audits" ATTACH PARTITION "partitions"."audits_default" DEFAULT;--> statement-breakpoint

INSERT INTO "decision_marks" ("device_id", "up_to")
select device_id, max(sequence) from (
	select device_id, max(sequence) as sequence from decisions group by device_id
	union all select device_id, max(sequence) from audits group by device_id
) told group by device_id;
--> statement-breakpoint
-- Buckets as core/observe/log-histogram.ts has them: four in a factor of two, from 0.5 ms and from 1 mJ on.
INSERT INTO "decision_hours"
with told as (
	select date_trunc('hour', d.at, 'UTC') as hour, d.deployment_id, v.group_name, d.tier, d.reason, d.by_fallback,
		least(d.total_ms, 1e9) as ms, least(d.energy_j, 1e9) as j,
		case when d.total_ms < 0.5 then 0 else least(63, 1 + floor(4 * ln(d.total_ms / 0.5) / ln(2::float8)))::integer end as ms_bucket,
		case when d.energy_j < 0.001 then 0 else least(63, 1 + floor(4 * ln(d.energy_j / 0.001) / ln(2::float8)))::integer end as j_bucket
	from decisions d join devices v on v.id = d.device_id
), sums as (
	select hour, deployment_id, group_name, tier, reason, count(*)::integer as images,
		count(*) filter (where by_fallback)::integer as by_fallback, sum(ms) as ms, sum(j) as j
	from told group by 1, 2, 3, 4, 5
), latencies as (
	select hour, deployment_id, group_name, tier, reason, array_agg(bucket) as buckets, array_agg(n) as counts from (
		select hour, deployment_id, group_name, tier, reason, ms_bucket as bucket, count(*)::integer as n
		from told group by 1, 2, 3, 4, 5, 6) counted group by 1, 2, 3, 4, 5
), energies as (
	select hour, deployment_id, group_name, tier, reason, array_agg(bucket) as buckets, array_agg(n) as counts from (
		select hour, deployment_id, group_name, tier, reason, j_bucket as bucket, count(*)::integer as n
		from told group by 1, 2, 3, 4, 5, 6) counted group by 1, 2, 3, 4, 5
)
select hour, deployment_id, group_name, tier, reason, images, by_fallback, ms, j,
	(select array_agg(coalesce(u.n, 0) order by b) from generate_series(0, 63) b left join unnest(latencies.buckets, latencies.counts) u(bucket, n) on u.bucket = b),
	(select array_agg(coalesce(u.n, 0) order by b) from generate_series(0, 63) b left join unnest(energies.buckets, energies.counts) u(bucket, n) on u.bucket = b),
	0, 0
from sums
join latencies using (hour, deployment_id, group_name, tier, reason)
join energies using (hour, deployment_id, group_name, tier, reason);
--> statement-breakpoint
INSERT INTO "decision_hours"
select date_trunc('hour', a.at, 'UTC'), a.deployment_id, v.group_name, 'local', 'routed', 0, 0, 0, 0,
	array_fill(0, array[64]), array_fill(0, array[64]), count(*)::integer,
	count(*) filter (where a.local_label <> a.edge_label)::integer
from audits a join devices v on v.id = a.device_id group by 1, 2, 3
on conflict ("hour","deployment_id","group_name","tier","reason")
do update set audits = excluded.audits, disagreed = excluded.disagreed;
