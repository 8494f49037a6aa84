CREATE TABLE "device_reports" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"device_id" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"state" text NOT NULL,
	"sequence" bigint NOT NULL,
	"serving_deployment_id" text,
	"message" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "device_reports" ADD CONSTRAINT "device_reports_device_id_devices_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."devices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "device_reports_of_device" ON "device_reports" USING btree ("device_id","id");--> statement-breakpoint
-- What each said last is the first line of its log.
INSERT INTO "device_reports" ("device_id", "at", "state", "sequence", "serving_deployment_id", "message")
	SELECT "id", coalesce("last_seen_at", now()), "report" ->> 'state', ("report" ->> 'sequence')::bigint, "report" ->> 'servingDeploymentId', coalesce("report" ->> 'message', '')
	FROM "devices" WHERE "report" IS NOT NULL AND "report" ->> 'state' IS NOT NULL AND "report" ->> 'sequence' IS NOT NULL;--> statement-breakpoint
-- A device that reports the same twice a minute writes nothing here; one that flaps has its newest 200 lines and no more.
CREATE FUNCTION "log_device_report"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO device_reports (device_id, state, sequence, serving_deployment_id, message)
		VALUES (NEW.id, NEW.report ->> 'state', (NEW.report ->> 'sequence')::bigint, NEW.report ->> 'servingDeploymentId', coalesce(NEW.report ->> 'message', ''));
	DELETE FROM device_reports r WHERE r.device_id = NEW.id AND r.id <=
		(SELECT o.id FROM device_reports o WHERE o.device_id = NEW.id ORDER BY o.id DESC OFFSET 200 LIMIT 1);
	RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER "devices_reported" AFTER UPDATE OF "report" ON "devices" FOR EACH ROW
	WHEN (NEW."report" IS NOT NULL AND (NEW."report" ->> 'state', NEW."report" ->> 'sequence', NEW."report" ->> 'servingDeploymentId', NEW."report" ->> 'message')
		IS DISTINCT FROM (OLD."report" ->> 'state', OLD."report" ->> 'sequence', OLD."report" ->> 'servingDeploymentId', OLD."report" ->> 'message'))
	EXECUTE FUNCTION "log_device_report"();--> statement-breakpoint
CREATE TRIGGER "device_reports_immutable" BEFORE UPDATE ON "device_reports" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
