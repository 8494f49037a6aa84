-- Outcomes packed, some hundred images a row: 68 instead of 190 bytes an image, every double to its last bit.
-- db/outcomes/packed-outcomes.ts says how they lie. Converting 600,000 takes about ten seconds and needs room for both.
CREATE TABLE "outcome_chunks" (
	"job_id" text NOT NULL,
	"first" integer NOT NULL,
	"count" integer NOT NULL,
	"classes" "bytea" NOT NULL,
	"probabilities" "bytea" NOT NULL,
	"latencies" "bytea" NOT NULL,
	CONSTRAINT "outcome_chunks_job_id_first_pk" PRIMARY KEY("job_id","first"),
	CONSTRAINT "outcome_chunks_place" CHECK ("outcome_chunks"."first" >= 0 and "outcome_chunks"."count" > 0),
	CONSTRAINT "outcome_chunks_packed" CHECK (octet_length("outcome_chunks"."latencies") = 8 * "outcome_chunks"."count"
        and octet_length("outcome_chunks"."classes") in (4 * "outcome_chunks"."count", 8 * "outcome_chunks"."count", 12 * "outcome_chunks"."count", 16 * "outcome_chunks"."count", 20 * "outcome_chunks"."count")
        and octet_length("outcome_chunks"."probabilities") = 2 * octet_length("outcome_chunks"."classes"))
);
--> statement-breakpoint
-- Uncompressed: probabilities do not compress, and only so is the beginning of a value read without the rest.
ALTER TABLE "outcome_chunks"
	ALTER COLUMN "classes" SET STORAGE external,
	ALTER COLUMN "probabilities" SET STORAGE external,
	ALTER COLUMN "latencies" SET STORAGE external;--> statement-breakpoint
INSERT INTO "outcome_chunks" ("job_id", "first", "count", "classes", "probabilities", "latencies")
SELECT chunk."job_id", chunk."first", chunk."count", packed."classes", packed."probabilities", chunk."latencies"
FROM (
	SELECT "job_id", min("index") AS "first", max("index") AS "last", count(*) AS "count", max(cardinality("classes")) AS "ranks",
		string_agg(float8send("latency_ms"), ''::bytea ORDER BY "index") AS "latencies"
	FROM "outcomes" GROUP BY "job_id", "index" / 500
) chunk
CROSS JOIN LATERAL (
	SELECT string_agg(int4send(coalesce(o."classes"[rank], -1)), ''::bytea ORDER BY rank, o."index") AS "classes",
		string_agg(float8send(coalesce(o."probabilities"[rank], 0)), ''::bytea ORDER BY rank, o."index") AS "probabilities"
	FROM "outcomes" o CROSS JOIN generate_series(1, chunk."ranks") rank
	WHERE o."job_id" = chunk."job_id" AND o."index" BETWEEN chunk."first" AND chunk."last"
) packed;--> statement-breakpoint
DROP TABLE "outcomes";--> statement-breakpoint
ALTER TABLE "outcome_chunks" ADD CONSTRAINT "outcome_chunks_job_id_device_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."device_jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dataset_images" ADD CONSTRAINT "dataset_images_place" CHECK ("dataset_images"."index" >= 0 and "dataset_images"."label" >= 0);--> statement-breakpoint
-- Should a job of an early build lack its end, or have one too many.
UPDATE "device_jobs" SET "finished_at" = CASE WHEN "state" IN ('done', 'failed') THEN coalesce("started_at", "created_at") END
WHERE ("state" IN ('done', 'failed')) <> ("finished_at" IS NOT NULL);--> statement-breakpoint
ALTER TABLE "device_jobs" ADD CONSTRAINT "device_jobs_times" CHECK (("device_jobs"."state" in ('done', 'failed')) = ("device_jobs"."finished_at" is not null));--> statement-breakpoint
ALTER TABLE "enrolment_codes" ADD CONSTRAINT "enrolment_codes_tier" CHECK ("enrolment_codes"."tier" in ('local', 'edge'));--> statement-breakpoint
ALTER TABLE "enrolment_codes" ADD CONSTRAINT "enrolment_codes_hash" CHECK (octet_length("enrolment_codes"."hash") = 32);--> statement-breakpoint
ALTER TABLE "feature_rows" ADD CONSTRAINT "feature_rows_place" CHECK ("feature_rows"."index" >= 0);--> statement-breakpoint
ALTER TABLE "models" ADD CONSTRAINT "models_figures" CHECK ("models"."params" >= 0 and "models"."layers" >= 0);--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_version" CHECK ("deployments"."version" > 0);--> statement-breakpoint
ALTER TABLE "functions" ADD CONSTRAINT "functions_version" CHECK ("functions"."version" > 0);--> statement-breakpoint
ALTER TABLE "manifests" ADD CONSTRAINT "manifests_times" CHECK ("manifests"."expires_at" > "manifests"."issued_at");--> statement-breakpoint
ALTER TABLE "rollouts" ADD CONSTRAINT "rollouts_kind" CHECK ("rollouts"."kind" in ('promote', 'rollback'));--> statement-breakpoint
ALTER TABLE "rollouts" ADD CONSTRAINT "rollouts_known_state" CHECK ("rollouts"."state" in ('current', 'superseded'));
