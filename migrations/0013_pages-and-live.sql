CREATE TABLE "calls" (
	"actor" text NOT NULL,
	"key" "bytea" NOT NULL,
	"action" text NOT NULL,
	"input" "bytea" NOT NULL,
	"answer" "bytea" NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "calls_actor_key_pk" PRIMARY KEY("actor","key"),
	CONSTRAINT "calls_hashes" CHECK (octet_length("calls"."key") = 32 and octet_length("calls"."input") = 32)
);
--> statement-breakpoint
-- Rewrites the table once: 100,000 devices take about a second.
ALTER TABLE "devices" ADD COLUMN "state" text GENERATED ALWAYS AS (case when revoked_at is not null then 'revoked' else coalesce(report ->> 'state', 'enrolled') end) STORED NOT NULL;--> statement-breakpoint
CREATE INDEX "calls_oldest" ON "calls" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "dataset_images_by_label" ON "dataset_images" USING btree ("dataset_id","label","index");--> statement-breakpoint
CREATE INDEX "device_jobs_in_order" ON "device_jobs" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "device_jobs_of_device" ON "device_jobs" USING btree ("device_id","created_at","id");--> statement-breakpoint
CREATE INDEX "device_jobs_of_dataset" ON "device_jobs" USING btree ("dataset_id","created_at","id");--> statement-breakpoint
CREATE INDEX "devices_by_tier" ON "devices" USING btree ("tier","name");--> statement-breakpoint
CREATE INDEX "devices_by_state" ON "devices" USING btree ("state","name");--> statement-breakpoint
CREATE INDEX "devices_counted" ON "devices" USING btree ("group_name","tier","state");--> statement-breakpoint
CREATE INDEX "selections_newest" ON "selections" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "external_edges_newest" ON "external_edges" USING btree ("created_at","id");--> statement-breakpoint
-- What somebody may be watching tells of itself as it is committed: `<kind>:<id>`, and whoever wants more reads it.
-- PostgreSQL sends the same words once a transaction. Devices' reports and decisions tell nothing: a NOTIFY makes every
-- commit wait for those before it, and a fleet reports all day.
CREATE FUNCTION "tell_live"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('tandem_live', TG_ARGV[0] || ':' || NEW.id);
	RETURN NULL;
END $$;--> statement-breakpoint
CREATE FUNCTION "tell_live_rollout"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('tandem_live', 'rollout:' || NEW.rollout_id);
	RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER "device_jobs_tell" AFTER INSERT OR UPDATE OF "state", "done", "message", "result" ON "device_jobs" FOR EACH ROW EXECUTE FUNCTION "tell_live"('profile');--> statement-breakpoint
CREATE TRIGGER "evaluations_tell" AFTER INSERT OR UPDATE OF "state", "progress" ON "evaluations" FOR EACH ROW EXECUTE FUNCTION "tell_live"('evaluation');--> statement-breakpoint
CREATE TRIGGER "jobs_tell" AFTER INSERT OR UPDATE OF "state", "progress" ON "jobs" FOR EACH ROW EXECUTE FUNCTION "tell_live"('job');--> statement-breakpoint
CREATE TRIGGER "rollout_events_tell" AFTER INSERT ON "rollout_events" FOR EACH ROW EXECUTE FUNCTION "tell_live_rollout"();
