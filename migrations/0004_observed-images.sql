CREATE TABLE "audits" (
	"device_id" text NOT NULL,
	"sequence" bigint NOT NULL,
	"of" bigint NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"deployment_id" text NOT NULL,
	"local_label" integer NOT NULL,
	"local_score" double precision NOT NULL,
	"edge_label" integer NOT NULL,
	"edge_score" double precision NOT NULL,
	CONSTRAINT "audits_device_id_sequence_pk" PRIMARY KEY("device_id","sequence")
);
--> statement-breakpoint
CREATE TABLE "captures" (
	"device_id" text NOT NULL,
	"digest" text NOT NULL,
	"size_bytes" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"deployment_id" text NOT NULL,
	"of" bigint NOT NULL,
	"reason" text NOT NULL,
	"router_score" double precision,
	"threshold" double precision,
	"local_label" integer,
	"local_score" double precision,
	"edge_label" integer,
	"edge_score" double precision,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"stored_at" timestamp with time zone,
	CONSTRAINT "captures_device_id_digest_pk" PRIMARY KEY("device_id","digest")
);
--> statement-breakpoint
ALTER TABLE "decisions" ADD COLUMN "router_version" integer;--> statement-breakpoint
ALTER TABLE "decisions" ADD COLUMN "request_id" text;--> statement-breakpoint
ALTER TABLE "decisions" ADD COLUMN "preference" text;--> statement-breakpoint
ALTER TABLE "audits" ADD CONSTRAINT "audits_device_id_devices_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."devices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "captures" ADD CONSTRAINT "captures_device_id_devices_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."devices"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audits_by_deployment" ON "audits" USING btree ("deployment_id","at");--> statement-breakpoint
CREATE INDEX "captures_by_digest" ON "captures" USING btree ("digest");--> statement-breakpoint
CREATE INDEX "captures_by_arrival" ON "captures" USING btree ("created_at");